"""A store in memory: the same contract as PostgreSQL, for property tests, simulations and dry runs."""
