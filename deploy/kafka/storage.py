"""The data folder of a broker, made by Kafka's own tool: whole or not at all, with the users in it."""

import base64
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.kafka.configuration import MECHANISM, server_properties
from deploy.kafka.java import find_java, run
from deploy.kafka.plan import Plan, write_private

TOOL: Final = "kafka.tools.StorageTool"
ITERATIONS: Final = 4096


def make_storage(plan: Plan, folder: Path, jars: Path, more: Mapping[str, str]) -> None:
    """Makes `folder/data`, some 1.2 s. What the tool is told stands in a file: others see a command's arguments."""
    making = Path(tempfile.mkdtemp(prefix="data.making-", dir=folder))
    try:
        properties, arguments = making / "server.properties", making / "arguments"
        data = making / "data"
        write_private(properties, server_properties(plan, folder, data, more))
        said = ["format", f"--cluster-id={plan.cluster_id}", "--config", str(properties), *_users(plan.users)]
        write_private(arguments, "\n".join(map(_quoted, ["-cp", f"{jars}/*", "-Xmx128m", TOOL, *said])))
        run([find_java(), f"@{arguments}"], TOOL)
        data.rename(folder / "data")
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _users(passwords: Mapping[str, str]) -> Sequence[str]:
    return [part for name, password in passwords.items() for part in ("--add-scram", _scram(name, password))]


def _scram(name: str, password: str) -> str:
    """What the broker keeps of a password (RFC 5802)."""
    salt = secrets.token_bytes(24)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    kept = f'salt="{_base64(salt)}",saltedpassword="{_base64(salted)}"'
    return f"{MECHANISM}=[name={name},iterations={ITERATIONS},{kept}]"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _quoted(argument: str) -> str:
    """For an argument file of `java`."""
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
