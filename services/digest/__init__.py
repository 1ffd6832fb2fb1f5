"""The weekly digest: what every unit must look at, from the figures that the exporter shows."""
