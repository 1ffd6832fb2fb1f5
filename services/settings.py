"""Settings: one frozen object, read from `DUECOURSE_*` in this file only. Every one is also a command line option."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from projections.measures import Policy

PREFIX: Final = "DUECOURSE_"
DEFAULT_TIME_ZONE: Final = "Asia/Ho_Chi_Minh"
TOPIC_NAME: Final = "^[a-zA-Z0-9._-]{1,249}$"

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class SettingsRefused(ValueError):
    """A setting that cannot be used; says which and why."""


class Settings(BaseModel):
    """Field name in capitals behind `DUECOURSE_` is the environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[Path, Field(description="folder of the embedded PostgreSQL")] = Path("duecourse-data")
    database: Annotated[
        str | None, Field(description="PostgreSQL URL; none: the embedded one under the data folder")
    ] = None
    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535, description="TCP port; 0 picks a free one")] = 8000
    time_zone: Annotated[
        str | None,
        Field(description=f"reporting time zone, fixed when the database is made; none: {DEFAULT_TIME_ZONE}"),
    ] = None
    policy: Annotated[
        Policy | None, Field(description="label policy of the database, fixed when it is made; none: date")
    ] = None
    due_soon_days: Annotated[int, Field(ge=0, le=60, description="days after today that count as due soon")] = 3
    batch_events_max: Annotated[int, Field(ge=1, le=100_000, description="events a transaction at most")] = 4_000
    deadlines_poll_seconds: Annotated[float, Field(gt=0, description="seconds between looks for overdue cases")] = 1.0
    database_wait_seconds: Annotated[
        float, Field(gt=0, description="seconds a request waits for the database before it is answered 503")
    ] = 1.5
    start_wait_seconds: Annotated[
        float, Field(ge=0, description="seconds for which a role waits at its start for the database and Kafka")
    ] = 30.0
    figures_age_seconds_max: Annotated[
        float, Field(gt=0, description="seconds without the database after which unit figures are no longer served")
    ] = 120.0
    changes_kept_hours: Annotated[int, Field(ge=1, description="hours for which the change feed is kept")] = 24
    evidence: Annotated[
        Path | None, Field(description="folder of publications and logs of the archive; none: evidence under data")
    ] = None
    evidence_name: Annotated[
        str, Field(pattern=r"^[^\s+]+$", description="name under which publications and logs are signed")
    ] = "duecourse"
    signing_key: Annotated[
        Path | None, Field(description="file of the signing key, made on first use; none: signing.key under data")
    ] = None
    kafka: Annotated[str | None, Field(description="Kafka servers, HOST:PORT[,HOST:PORT]; none: no Kafka")] = None
    kafka_security_protocol: Annotated[SecurityProtocol, Field(description="how Kafka is spoken to")] = "PLAINTEXT"
    kafka_sasl_mechanism: Annotated[
        SaslMechanism, Field(description="how the password is proved, where the protocol is a SASL one")
    ] = "SCRAM-SHA-512"
    kafka_username: Annotated[str | None, Field(description="user at Kafka")] = None
    kafka_password: Annotated[SecretStr | None, Field(description="password of that user; never printed")] = None
    kafka_ca_file: Annotated[
        Path | None, Field(description="PEM of who signs Kafka's certificates; none: those the system trusts")
    ] = None
    kafka_topic: Annotated[str, Field(pattern=TOPIC_NAME, description="topic of the facts")] = "duecourse.case-events"
    kafka_dead_letters_topic: Annotated[
        str, Field(pattern=TOPIC_NAME, description="topic of the records that are no facts")
    ] = "duecourse.dead-letters"
    kafka_partitions: Annotated[
        int, Field(ge=1, le=1_000, description="partitions of the facts: workers that can share them")
    ] = 4
    kafka_group: Annotated[str, Field(min_length=1, description="consumer group of the workers")] = (
        "duecourse-projector"
    )
    follow_traces: Annotated[
        bool,
        Field(description="sampled traceparent of senders become exemplars of duecourse_event_to_metric_seconds"),
    ] = False
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$", description="least level logged")] = "info"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"{name!r} is no IANA time zone, such as {DEFAULT_TIME_ZONE}")
        if name is not None:
            ZoneInfo(name)
        return name


def load_settings(overrides: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `DUECOURSE_*` and the options given (None: not given), which win; raises `SettingsRefused`."""
    found = os.environ if environment is None else environment
    values: dict[str, Any] = {
        name: found[PREFIX + name.upper()] for name in Settings.model_fields if found.get(PREFIX + name.upper())
    }
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        lines = [f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
        raise SettingsRefused("; ".join(lines)) from None
