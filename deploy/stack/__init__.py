"""The whole of Duecourse on this machine, for looking at it and for trying what it bears. Not for real data.

    python -m deploy.stack up --folder DIR

Kafka, PostgreSQL, the roles as processes, a sample province with live events, and Prometheus and Alertmanager where
they are to be had: each in a folder of its own below DIR, on loopback, watched, and stopped by its pid at the end.
"""
