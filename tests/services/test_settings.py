"""Settings: options win over the environment, the environment over the defaults; what cannot be used is named."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from projections.measures import Policy
from services.composition import database
from services.settings import PREFIX, Settings, SettingsRefused, load_settings
from tests.fixtures.databases import opened


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings({}, {}) == Settings()
    found = load_settings({}, {})
    assert (found.data, found.database, found.host, found.port) == (Path("duecourse-data"), None, "127.0.0.1", 8000)
    assert (found.time_zone, found.policy) == (None, None)


ENVIRONMENT: dict[str, tuple[str, Any]] = {
    "data": ("/srv/duecourse", Path("/srv/duecourse")),
    "database": ("postgresql://x@y/z", "postgresql://x@y/z"),
    "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104
    "port": ("9", 9),
    "time_zone": ("Europe/Amsterdam", "Europe/Amsterdam"),
    "policy": ("instant", Policy.INSTANT),
    "due_soon_days": ("5", 5),
    "batch_events_max": ("10", 10),
    "deadlines_poll_seconds": ("0.5", 0.5),
    "database_wait_seconds": ("9", 9.0),
    "start_wait_seconds": ("0", 0.0),
    "figures_age_seconds_max": ("30", 30.0),
    "changes_kept_hours": ("2", 2),
    "evidence": ("/srv/evidence", Path("/srv/evidence")),
    "evidence_name": ("province/archive", "province/archive"),
    "signing_key": ("/etc/signing.key", Path("/etc/signing.key")),
    "kafka": ("k1:9092,k2:9092", "k1:9092,k2:9092"),
    "kafka_security_protocol": ("SASL_SSL", "SASL_SSL"),
    "kafka_sasl_mechanism": ("PLAIN", "PLAIN"),
    "kafka_username": ("worker", "worker"),
    "kafka_password": ("s3cret", SecretStr("s3cret")),
    "kafka_ca_file": ("/etc/ca.pem", Path("/etc/ca.pem")),
    "kafka_topic": ("facts", "facts"),
    "kafka_dead_letters_topic": ("buried", "buried"),
    "kafka_partitions": ("12", 12),
    "kafka_group": ("readers", "readers"),
    "follow_traces": ("true", True),
    "log_level": ("debug", "debug"),
}


def test_every_setting_is_read_from_the_environment() -> None:
    found = load_settings({}, {PREFIX + name.upper(): text for name, (text, _) in ENVIRONMENT.items()})
    given = {name: getattr(found, name) for name in ENVIRONMENT}
    assert given == {name: value for name, (_, value) in ENVIRONMENT.items()}


def test_the_list_above_leaves_out_nothing_but_what_is_new() -> None:
    """A setting that is added belongs into it."""
    assert set(Settings.model_fields) == set(ENVIRONMENT)


def test_an_option_wins_and_one_that_is_not_given_does_not() -> None:
    environment = {"DUECOURSE_PORT": "9", "DUECOURSE_HOST": "::1"}
    found = load_settings({"port": 10, "host": None}, environment)
    assert (found.port, found.host) == (10, "::1")


def test_an_empty_variable_is_as_none() -> None:
    assert load_settings({}, {"DUECOURSE_PORT": "", "DUECOURSE_DATABASE": ""}) == Settings()


def test_variables_of_others_are_left_alone() -> None:
    assert load_settings({}, {"PORT": "9", "DUECOURSE_UNHEARD_OF": "1", "duecourse_port": "9"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("port", "70000"),
        ("port", "many"),
        ("time_zone", "Hanoi"),
        ("time_zone", "../etc/passwd"),
        ("policy", "strict"),
        ("due_soon_days", "-1"),
        ("batch_events_max", "0"),
        ("deadlines_poll_seconds", "0"),
        ("changes_kept_hours", "0"),
        ("kafka_security_protocol", "TLS"),
        ("kafka_sasl_mechanism", "GSSAPI"),
        ("kafka_topic", "a topic"),
        ("kafka_partitions", "0"),
        ("log_level", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_its_name_in_one_line(name: str, text: str) -> None:
    with pytest.raises(SettingsRefused, match=PREFIX + name.upper()) as refused:
        load_settings({}, {PREFIX + name.upper(): text})
    assert "\n" not in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsRefused, match=r"DUECOURSE_PORT: .*; DUECOURSE_POLICY: "):
        load_settings({"port": -1, "policy": "strict"}, {})


def test_a_password_is_not_printed_with_the_settings() -> None:
    found = load_settings({}, {"DUECOURSE_KAFKA_PASSWORD": "s3cret"})
    assert "s3cret" not in repr(found) + str(found) + found.model_dump_json()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


@pytest.mark.database
async def test_time_zone_and_policy_are_fixed_when_the_database_is_made(database_url: str) -> None:
    async with opened(database_url, time_zone="Europe/Amsterdam", policy=Policy.INSTANT) as found:
        assert (found.founding.time_zone, found.founding.policy) == ("Europe/Amsterdam", Policy.INSTANT)
    silent = Settings(database=database_url)
    async with database(silent, database_url) as found:
        assert (found.founding.time_zone, found.founding.policy) == ("Europe/Amsterdam", Policy.INSTANT)
        assert (found.store.days.time_zone, found.store.policy) == ("Europe/Amsterdam", Policy.INSTANT)


@pytest.mark.database
@pytest.mark.parametrize("other", [{"time_zone": "UTC"}, {"policy": Policy.DATE}])
async def test_a_setting_that_says_otherwise_afterwards_is_refused(database_url: str, other: dict[str, Any]) -> None:
    async with opened(database_url, time_zone="Europe/Amsterdam", policy=Policy.INSTANT):
        pass
    with pytest.raises(SettingsRefused, match="differs from"):
        async with database(Settings(database=database_url, **other), database_url):
            pass
