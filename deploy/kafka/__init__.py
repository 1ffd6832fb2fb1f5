"""A Kafka broker on this machine, for tests and for a stack on one host. Standard library and `java` only.

    python -m deploy.kafka start|stop|status --folder DIR

The rights of the roles (`acls.toml`) are for any Kafka; applying them is the one part that needs the installed project.
"""
