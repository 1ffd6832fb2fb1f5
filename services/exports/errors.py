"""Why there is no export."""


class ExportRefused(ValueError):
    """A file that cannot be written, or whose ending names no format. One line: what, where, what to do."""
