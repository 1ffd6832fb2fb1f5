"""The laws of `deploy/kubernetes/`, and what the schemas of Kubernetes and its kustomize say of it."""

import subprocess
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from services.settings import load_settings
from tests.deploy.known import (
    DEPLOY,
    JOBS,
    ROLES,
    ROLES_WITH_A_PORT,
    UID,
    VERSION,
    documents,
    is_verb,
    settings,
)
from tests.fixtures.debian import debian_program

pytestmark = pytest.mark.slow

FOLDER = DEPLOY / "kubernetes"
OLDEST, NEWEST = "1.32", "1.37"
LEFT_OUT = {"kustomization.yaml", "service-monitor.yaml", "secrets.template.yaml"}
PARTS = (*JOBS, *ROLES)

[KUSTOMIZATION] = documents(FOLDER / "kustomization.yaml")
MANIFESTS = [manifest for name in KUSTOMIZATION["resources"] for manifest in documents(FOLDER / name)]
SECRETS = documents(FOLDER / "secrets.template.yaml")

each_part = pytest.mark.parametrize("part", PARTS)
each_role = pytest.mark.parametrize("role", ROLES)


def of_kind(kind: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in MANIFESTS if one["kind"] == kind}


WORKLOADS = of_kind("Deployment") | of_kind("Job")


def pod(part: str) -> Any:
    return WORKLOADS[f"duecourse-{part}"]["spec"]["template"]


def container(part: str) -> Any:
    [only] = pod(part)["spec"]["containers"]
    return only


def copies(role: str) -> int:
    """How many there are at least."""
    scalers = [one for one in of_kind("HorizontalPodAutoscaler").values() if one["metadata"]["name"].endswith(role)]
    return scalers[0]["spec"]["minReplicas"] if scalers else WORKLOADS[f"duecourse-{role}"]["spec"]["replicas"]


def environment(part: str) -> dict[str, Any]:
    """Settings of a part: of its config maps as they are, of its own list with where they come from."""
    found: dict[str, Any] = {}
    for source in container(part)["envFrom"]:
        found |= of_kind("ConfigMap")[source["configMapRef"]["name"]]["data"]
    return found | {one["name"]: one.get("value", one.get("valueFrom")) for one in container(part)["env"]}


def secret_keys(part: str) -> Iterator[tuple[str, str]]:
    for one in container(part)["env"]:
        if "valueFrom" in one:
            yield one["valueFrom"]["secretKeyRef"]["name"], one["valueFrom"]["secretKeyRef"]["key"]
    for volume in pod(part)["spec"]["volumes"]:
        for item in volume.get("secret", {}).get("items", []):
            yield volume["secret"]["secretName"], item["key"]


def test_every_file_is_in_use_or_left_out_on_purpose() -> None:
    assert {path.name for path in FOLDER.glob("*.yaml")} == set(KUSTOMIZATION["resources"]) | LEFT_OUT


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_the_manifests_are_of_the_schema(version: str) -> None:
    for manifest in [*MANIFESTS, *SECRETS]:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_kustomize_puts_them_together() -> None:
    kubectl = debian_program("kubectl", package="kubernetes-client")
    said = subprocess.run([kubectl, "kustomize", FOLDER], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    built = list(yaml.safe_load_all(said.stdout))
    assert len(built) == len(MANIFESTS)
    assert {one["metadata"].get("namespace") for one in built if one["kind"] != "Namespace"} == {"duecourse"}
    images = {each["image"] for one in built if one["kind"] in {"Deployment", "Job"} for each in containers_of(one)}
    assert images == {f"registry.example/duecourse:{VERSION}"}


def containers_of(workload: Any) -> list[Any]:
    return workload["spec"]["template"]["spec"]["containers"]


def test_every_part_is_there() -> None:
    assert WORKLOADS.keys() == {f"duecourse-{part}" for part in PARTS}


def test_the_namespace_takes_none_but_restricted_pods() -> None:
    labels = of_kind("Namespace")["duecourse"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@each_part
def test_a_pod_is_nobody_and_can_write_nowhere(part: str) -> None:
    spec = pod(part)["spec"]
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": UID,
        "runAsGroup": UID,
        "fsGroup": UID,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(part)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec.keys().isdisjoint({"hostNetwork", "hostPID", "hostIPC"})
    assert all("sizeLimit" in volume["emptyDir"] for volume in spec["volumes"] if "emptyDir" in volume)


@each_part
def test_no_service_writes_over_a_setting(part: str) -> None:
    """With service links, a Service `duecourse` would set DUECOURSE_PORT to an address."""
    assert pod(part)["spec"]["enableServiceLinks"] is False


@each_part
def test_a_part_asks_for_what_it_needs_and_has_limits(part: str) -> None:
    resources = container(part)["resources"]
    assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}


@each_role
def test_a_role_with_a_port_has_probes_and_one_without_ends_at_an_error(role: str) -> None:
    probes = {
        name: container(role)[name]["httpGet"]["path"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
        if name in container(role)
    }
    assert probes == (
        {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
        if role in ROLES_WITH_A_PORT
        else {}
    )


@each_part
def test_a_part_runs_a_verb(part: str) -> None:
    assert container(part)["args"] == JOBS.get(part, [part])
    assert is_verb(container(part)["args"])


@each_part
def test_every_setting_is_one(part: str) -> None:
    assert environment(part).keys() - settings() == set()
    load_settings(
        {}, {name: value if isinstance(value, str) else "secret" for name, value in environment(part).items()}
    )


def test_a_job_is_given_no_more_than_it_works_on() -> None:
    kafka = {name for name in environment("worker") if name.startswith("DUECOURSE_KAFKA")}
    assert kafka
    assert environment("migrate").keys() & kafka == set()
    assert "DUECOURSE_DATABASE" not in environment("topics")


@pytest.mark.parametrize("part", [part for part in PARTS if part != "migrate"])
def test_each_part_is_its_own_kafka_user_and_knows_the_broker(part: str) -> None:
    given = environment(part)
    assert given["DUECOURSE_KAFKA_USERNAME"] == f"duecourse-{part}"
    assert given["DUECOURSE_KAFKA_PASSWORD"]["secretKeyRef"]["name"] == f"duecourse-{part}"
    assert given["DUECOURSE_KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    [mount] = [one for one in container(part)["volumeMounts"] if one["name"] == "kafka-ca"]
    assert given["DUECOURSE_KAFKA_CA_FILE"] == f"{mount['mountPath']}/ca.crt"


def test_secrets_are_a_template_without_values_that_names_what_is_used() -> None:
    assert of_kind("Secret") == {}
    template = {(one["metadata"]["name"], key) for one in SECRETS for key in one["stringData"]}
    assert {value for one in SECRETS for value in one["stringData"].values()} == {""}
    assert template == {key for part in PARTS for key in secret_keys(part)}


@each_role
def test_a_role_of_several_survives_a_drained_node(role: str) -> None:
    budget = of_kind("PodDisruptionBudget").get(f"duecourse-{role}")
    spread = pod(role)["spec"].get("topologySpreadConstraints", [])
    if copies(role) == 1:
        assert budget is None
        return
    labels = pod(role)["metadata"]["labels"]
    assert budget["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert all(one["labelSelector"]["matchLabels"] == labels for one in spread)


def test_there_is_one_exporter_and_never_two() -> None:
    spec = WORKLOADS["duecourse-exporter"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_the_autoscaler_alone_says_how_many_workers_there_are() -> None:
    [scaler] = of_kind("HorizontalPodAutoscaler").values()
    target = WORKLOADS[scaler["spec"]["scaleTargetRef"]["name"]]
    assert "replicas" not in target["spec"]
    assert scaler["spec"]["maxReplicas"] == int(environment("worker")["DUECOURSE_KAFKA_PARTITIONS"])


@pytest.mark.parametrize("role", sorted(ROLES_WITH_A_PORT))
def test_a_role_with_a_port_has_a_service(role: str) -> None:
    service = of_kind("Service")[f"duecourse-{role}"]["spec"]
    assert service["selector"] == pod(role)["metadata"]["labels"]
    assert {port["targetPort"] for port in service["ports"]} == {port["name"] for port in container(role)["ports"]}


def test_deployments_select_their_own_pods() -> None:
    for role in ROLES:
        selector = WORKLOADS[f"duecourse-{role}"]["spec"]["selector"]
        assert selector == {"matchLabels": pod(role)["metadata"]["labels"]}


def test_what_no_policy_names_is_refused() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies.pop("nothing-else")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    rules = [
        rule
        for policy in policies.values()
        for rule in (*policy["spec"].get("ingress", []), *policy["spec"].get("egress", []))
    ]
    assert all(rule["ports"] and (rule.get("from") or rule.get("to")) for rule in rules)


def test_the_monitor_scrapes_figures_from_the_exporter_alone() -> None:
    figures, _ = documents(FOLDER / "service-monitor.yaml")
    exporter = of_kind("Service")["duecourse-exporter"]["metadata"]["labels"]
    assert figures["spec"]["selector"]["matchLabels"] == exporter
    assert exporter[figures["spec"]["jobLabel"]] == "duecourse"
