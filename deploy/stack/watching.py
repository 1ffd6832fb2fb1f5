"""Prometheus and Alertmanager on the configuration that `deploy/` has for them, with the addresses of this stack."""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from deploy.kafka.configuration import HOST
from deploy.stack.debian import Say, found_program
from deploy.stack.errors import StackFailed
from deploy.stack.hastening import FACTOR, hastened, write_hastened
from deploy.stack.programs import Program

DEPLOY: Final = Path(__file__).parents[1]
PROMETHEUS: Final = DEPLOY / "prometheus" / "prometheus.yml"
ALERTMANAGER: Final = DEPLOY / "alertmanager" / "alertmanager.yml"
TARGETS: Final = re.compile(r"targets: \[(.*)\]")
RULES: Final = re.compile(r"^(\s*- )(rules/\S+)$", re.MULTILINE)

Maker = Callable[[str, Path, Mapping[str, str]], Program]
"""From the program's path, its folder and the addresses of all."""


def watchers(folder: Path, ports: Mapping[str, int], say: Say, *, hasten: bool = False) -> list[Program]:
    """Those of the two that this machine has or can install; what is left out is said.

    `hasten`: alerts wait a sixtieth of their time, by a copy of the rules.
    """
    found = {
        "prometheus": found_program("prometheus", package="prometheus", say=say),
        "alertmanager": found_program(
            "prometheus-alertmanager", "alertmanager", package="prometheus-alertmanager", say=say
        ),
    }
    for name, program in found.items():
        if program is None:
            say(f"{name} is left out: it is not on this machine, and only root on Debian installs it here")
    there = {name: program for name, program in found.items() if program is not None}
    addresses = {name: f"{HOST}:{port}" for name, port in ports.items() if name not in found or name in there}
    if hasten and "prometheus" in there:
        say(f"alerts wait a {FACTOR}th of their time: 15 minutes are {15 * 60 // FACTOR} seconds")
    made: dict[str, Maker] = {"prometheus": partial(_prometheus, hasten=hasten), "alertmanager": _alertmanager}
    return [made[name](program, folder / name, addresses) for name, program in there.items()]


def _prometheus(program: str, folder: Path, addresses: Mapping[str, str], *, hasten: bool) -> Program:
    folder.mkdir(exist_ok=True)
    configuration = folder / "prometheus.yml"
    text = PROMETHEUS.read_text()
    if hasten:
        write_hastened(PROMETHEUS.parent / "rules", folder / "rules")
        configuration.write_text(adapted(hastened(text), folder, addresses))
    else:
        configuration.write_text(adapted(text, PROMETHEUS.parent, addresses))
    data, address = f"--storage.tsdb.path={folder / 'data'}", addresses["prometheus"]
    command = [program, f"--config.file={configuration}", data, f"--web.listen-address={address}"]
    return Program("prometheus", command, data, folder, f"http://{address}/-/ready")


def _alertmanager(program: str, folder: Path, addresses: Mapping[str, str]) -> Program:
    data, address = f"--storage.path={folder / 'data'}", addresses["alertmanager"]
    alone = "--cluster.listen-address="
    command = [program, f"--config.file={ALERTMANAGER}", data, alone, f"--web.listen-address={address}"]
    return Program("alertmanager", command, data, folder, f"http://{address}/-/ready")


def adapted(configuration: str, home: Path, addresses: Mapping[str, str]) -> str:
    """Prometheus' configuration with our addresses in place of host names; those that run nowhere are left out.

    Raises `StackFailed` where it names a host that no stack has. Rules stay where they are, below `home`.
    """

    def ours(match: re.Match[str]) -> str:
        hosts = [target.strip().partition(":")[0] for target in match[1].split(",")]
        return f"targets: [{', '.join(addresses[name] for name in map(_listener, hosts) if name in addresses)}]"

    named = RULES.sub(lambda match: f"{match[1]}{json.dumps(str(home / match[2]))}", configuration)
    return "# Made from deploy/prometheus/prometheus.yml at every start.\n" + TARGETS.sub(ours, named)


def _listener(host: str) -> str:
    name = "prometheus" if host == "localhost" else host
    if name not in ("api", "exporter", "prometheus", "alertmanager"):
        raise StackFailed(f"{PROMETHEUS} names the target {host}, which a stack on one machine does not have")
    return name
