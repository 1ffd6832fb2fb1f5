"""TCP ports on loopback: those asked for, those of the last time, free ones."""

import random
import socket
from collections.abc import Mapping
from typing import Final

from deploy.kafka.configuration import HOST
from deploy.kafka.plan import PORTS
from deploy.stack.errors import StackFailed

LISTENERS: Final = ("api", "exporter", "prometheus", "alertmanager")


def require_free(asked: Mapping[str, int]) -> None:
    """Raises `StackFailed` for the first port asked for that somebody has, or that is asked for twice."""
    for name, port in asked.items():
        if not _is_free(port):
            raise StackFailed(
                f"port {port} is taken: stop what listens there, or choose another --{name}-port (0: any that is free)"
            )
    if len(set(asked.values())) < len(asked):
        raise StackFailed("the same port is asked for twice: give each of them its own")


def chosen_ports(asked: Mapping[str, int], kept: Mapping[str, int]) -> dict[str, int]:
    """A port for each listener: the one asked for, else that of the last time if it is free, else any free one."""
    chosen: dict[str, int] = {}
    for name in LISTENERS:
        port = asked.get(name) or kept.get(name, 0)
        while not port or port in chosen.values() or (name not in asked and not _is_free(port)):
            port = random.choice(PORTS)  # noqa: S311 - no secret
        chosen[name] = port
    return chosen


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that waits for stragglers is free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
