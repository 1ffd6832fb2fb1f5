"""Why there is no broker."""


class BrokerUnavailable(Exception):
    """The broker cannot be had or run. One line: what, where, what to do."""
