"""What the environment of the process says; it is read here only."""

import os
from typing import Final

PREFIX: Final = "DUECOURSE_"
DECIDED_HERE: Final = {"DATA", "DATABASE", "HOST", "PORT", "KAFKA"}
ABOUT_ACCESS: Final = ("KAFKA_SECURITY_", "KAFKA_SASL_", "KAFKA_USERNAME", "KAFKA_PASSWORD", "KAFKA_CA_FILE")


def settings_of_children() -> dict[str, str]:
    """The environment for our processes: settings that belong to another Kafka or database are left out."""
    return {name: value for name, value in os.environ.items() if not _decided(name)}


def _decided(variable: str) -> bool:
    name = variable.removeprefix(PREFIX)
    return name != variable and (name in DECIDED_HERE or name.startswith(ABOUT_ACCESS))
