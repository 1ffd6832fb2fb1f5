"""Everything that touches the world: databases, files, the network, the clock, the command line."""
