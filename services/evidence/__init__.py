"""Evidence that an archive and a publication are what they were: Merkle logs outside the database, and signatures."""
