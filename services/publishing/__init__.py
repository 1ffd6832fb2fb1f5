"""Publications: reports frozen with everything that they depend on, checked again from the archive, compared."""
