"""Why there is no audit Prometheus."""


class AuditFailed(Exception):
    """It cannot be made or started. One line: what, where, what to do."""
