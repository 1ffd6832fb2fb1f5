"""What is decided once for a broker's folder and holds for all its starts: ports, cluster id, users."""

import base64
import json
import os
import random
import secrets
import socket
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from deploy.kafka.errors import BrokerUnavailable

ADMIN: Final = "admin"
ROLES: Final = ("topics", "api", "worker", "deadlines", "exporter")
USERS: Final = (ADMIN, *(f"duecourse-{role}" for role in ROLES))
PORTS: Final = range(20_000, 32_000)
"""Below those that outgoing connections get: a client that looks for a killed broker must not take its port."""
FILE: Final = "broker.json"


@dataclass(frozen=True)
class Plan:
    """`users`: password by name; none where everybody may do everything. Kept in a file that only its owner reads."""

    port: int
    controller_port: int
    cluster_id: str
    store_password: str
    users: Mapping[str, str]

    @property
    def secure(self) -> bool:
        return bool(self.users)


def plan_of(folder: Path, *, port: int, secure: bool) -> Plan:
    """The plan of the folder, made where there is none. `port` 0: the one it has, or a free one."""
    path = folder / FILE
    if not path.exists():
        if folder.exists() and any(folder.iterdir()):
            raise BrokerUnavailable(f"{folder} holds files but no broker: choose another folder")
        plan = _new_plan(port, secure=secure)
        write_private(path, json.dumps(asdict(plan), indent=2))
        return plan
    plan = Plan(**json.loads(path.read_text()))
    if secure and not plan.secure:
        raise BrokerUnavailable(f"the broker in {folder} was made without users: choose another folder")
    if port not in (0, plan.port):
        raise BrokerUnavailable(f"the broker in {folder} has port {plan.port}: choose another folder or that port")
    return plan


def write_private(path: Path, text: str) -> None:
    """Writes a file whole or not at all; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _new_plan(port: int, *, secure: bool) -> Plan:
    chosen, controller = _free_ports(port)
    users = {user: secrets.token_urlsafe(24) for user in USERS} if secure else {}
    return Plan(chosen, controller, _cluster_id(), secrets.token_urlsafe(24), users)


def _free_ports(port: int) -> Sequence[int]:
    found = [port] if port else []
    for candidate in random.sample(PORTS, len(PORTS)):
        if len(found) == 2:
            break
        if candidate not in found and _is_free(candidate):
            found.append(candidate)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _cluster_id() -> str:
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes)[:22].decode()
        if not text.startswith("-"):  # else it reads like an option
            return text
