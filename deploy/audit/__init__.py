"""A separate Prometheus that shows the past, made of the files of `duecourse backfill openmetrics`.

    python -m deploy.audit --history FOLDER --folder DIR

It scrapes nothing and has no rules: every series in it was back-filled and says so by its label `replay_run`.
"""
