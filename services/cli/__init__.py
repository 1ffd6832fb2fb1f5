"""The command line (Typer): one file per group of verbs, exit statuses in `main` only."""
