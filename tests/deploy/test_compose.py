"""The laws of `deploy/compose.yaml`, and what Compose's own reader says of it."""

import ipaddress
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.settings import load_settings
from tests.deploy.go_programs import go_program
from tests.deploy.known import (
    DEPLOY,
    JOBS,
    ROLES,
    ROLES_WITH_A_PORT,
    ROOT,
    UID,
    VERSION,
    documents,
    is_verb,
    settings,
    texts,
)

COMPOSE = DEPLOY / "compose.yaml"
OTHERS = {"kafka", "postgres", "prometheus", "alertmanager", "grafana"}
OURS = (*JOBS, *ROLES)
PASSWORD = "of-a-test"  # noqa: S105 - stands in where the example leaves it empty

[FILE] = documents(COMPOSE)
SERVICES: dict[str, Any] = FILE["services"]

each_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def example() -> dict[str, str]:
    """The variables of `.env.example`."""
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def variables(pattern: str) -> set[str]:
    return {name for text in texts(FILE) for name in re.findall(pattern, text)}


def test_every_part_is_there() -> None:
    assert set(SERVICES) == OTHERS | set(OURS)


@each_service
def test_a_service_is_nobody_and_can_write_nowhere(name: str) -> None:
    service = SERVICES[name]
    uid, gid = (int(number) for number in service["user"].split(":"))
    assert uid > 0
    assert gid > 0 or name == "grafana"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.keys().isdisjoint({"privileged", "cap_add", "devices", "pid", "ipc", "network_mode"})


@each_service
def test_a_service_has_limits(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert re.fullmatch(r"\d+[MG]", limits["memory"])
    assert limits["pids"] <= 512
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert all("size=" in mount for mount in service["tmpfs"])


@each_service
def test_a_service_says_whether_it_is_well_and_a_job_by_its_end(name: str) -> None:
    service = SERVICES[name]
    if name in JOBS:
        assert service["healthcheck"] == {"disable": True}
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert any("/health/ready" in word for word in service["healthcheck"]["test"]) == (name in ROLES_WITH_A_PORT)


@each_service
def test_an_image_is_of_an_exact_version(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert re.match(r"v?\d+\.\d+", tag)
    if name in OURS:
        assert (image, tag) == ("duecourse", VERSION)


def test_one_service_builds_our_image_and_none_fetches_it() -> None:
    assert {name: SERVICES[name]["pull_policy"] for name in OURS} == dict.fromkeys(OURS, "never") | {"migrate": "build"}
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["migrate"]
    build = SERVICES["migrate"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()


@each_service
def test_ports_are_bound_to_loopback(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert ipaddress.ip_address(port.split(":")[0]).is_loopback


def test_what_is_mounted_exists_and_what_is_written_has_a_name() -> None:
    mounts = [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", [])]
    folders = [mount for mount in mounts if mount[0].startswith(".")]
    assert [source for source, *_ in folders if not (DEPLOY / source).is_dir()] == []
    assert all(mount[-1] == "ro" for mount in folders)
    assert sorted(source for source, *_ in mounts if not source.startswith(".")) == sorted(FILE["volumes"])


@each_service
def test_a_service_waits_for_what_says_when_it_is_there(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert (how["condition"] == "service_completed_successfully") == (other in JOBS)
        assert how["condition"] != "service_healthy" or "test" in SERVICES[other]["healthcheck"]


@pytest.mark.parametrize("name", ROLES)
def test_a_role_starts_after_the_jobs(name: str) -> None:
    assert SERVICES[name]["depends_on"].keys() == JOBS.keys()


@each_of_ours
def test_our_services_run_a_verb_under_our_user(name: str) -> None:
    command = SERVICES[name]["command"]
    assert command == JOBS.get(name, [name])
    assert is_verb(command)
    assert SERVICES[name]["user"] == f"{UID}:{UID}"


@each_of_ours
def test_every_setting_is_one(name: str) -> None:
    assert {one for one in SERVICES[name]["environment"] if one.startswith("DUECOURSE_")} - settings() == set()


def test_passwords_come_from_outside_and_are_asked_for() -> None:
    required = variables(r"\$\{(\w+):\?")
    assert required == {name for name, value in example().items() if not value}
    assert variables(r"\$\{(\w*PASSWORD\w*)") == required
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)


def test_the_example_names_nothing_that_is_not_used() -> None:
    assert example().keys() - variables(r"\$\{(\w+)") == set()
    assert ".env" in (DEPLOY / ".gitignore").read_text().split()


def test_the_log_and_the_database_are_out_of_reach() -> None:
    assert FILE["networks"]["inside"] == {"internal": True}
    reachable = {name for name, service in SERVICES.items() if service["networks"] != ["inside"]}
    assert reachable == (OTHERS - {"kafka", "postgres"}) | ROLES_WITH_A_PORT


def test_there_are_two_workers_and_one_exporter() -> None:
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert SERVICES["exporter"]["deploy"]["replicas"] == 1


def test_the_broker_tells_clients_the_address_that_they_are_given() -> None:
    lines = (DEPLOY / "compose/kafka/server.properties").read_text().splitlines()
    properties = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert properties["advertised.listeners"] == f"PLAINTEXT://{SERVICES['api']['environment']['DUECOURSE_KAFKA']}"
    assert properties["auto.create.topics.enable"] == "false"


def test_prometheus_scrapes_services_and_the_figures_from_the_exporter_alone() -> None:
    [prometheus] = documents(DEPLOY / "prometheus/prometheus.yml")
    jobs = {job["job_name"]: job for job in prometheus["scrape_configs"]}
    targets = {
        name: [target for group in job["static_configs"] for target in group["targets"]] for name, job in jobs.items()
    }
    hosts = {target.split(":")[0] for job in targets.values() for target in job}
    assert hosts - {"localhost"} - set(SERVICES) == set()
    assert targets["duecourse"] == ["exporter:8000"]
    assert [name for name, job in jobs.items() if "exporter:8000" in targets[name] and "metrics_path" not in job] == [
        "duecourse"
    ]


def test_promtool_reads_the_scrape_configuration(promtool: str) -> None:
    said = subprocess.run(
        [promtool, "check", "config", DEPLOY / "prometheus/prometheus.yml"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.fixture(scope="session")
def compose_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader that `docker compose config` is made of, with the schema of the Compose specification in it."""
    return go_program(Path(__file__).parent / "compose_reader", folder=tmp_path_factory.mktemp("go"))


def read_by_compose(reader: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]} | given
    return subprocess.run([reader, COMPOSE], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_compose_reads_the_file_as_it_is_meant(compose_reader: Path) -> None:
    given = {name: value or PASSWORD for name, value in example().items()}
    said = read_by_compose(compose_reader, given)
    assert said.returncode == 0, said.stderr
    model = json.loads(said.stdout)
    assert model["services"].keys() == SERVICES.keys()
    worker = model["services"]["worker"]
    assert worker["environment"]["DUECOURSE_DATABASE"] == f"postgresql://duecourse:{PASSWORD}@postgres:5432/duecourse"
    load_settings({}, worker["environment"])
    assert worker["read_only"] is True
    assert worker["deploy"]["replicas"] == 2
    assert model["services"]["kafka"]["command"][0].count('"$KAFKA_PROPERTIES"') == 2


@pytest.mark.slow
def test_compose_asks_for_the_passwords(compose_reader: Path) -> None:
    said = read_by_compose(compose_reader, {})
    assert said.returncode == 1
    for name, value in example().items():
        assert (f"required variable {name} is missing" in said.stderr) == (not value)
