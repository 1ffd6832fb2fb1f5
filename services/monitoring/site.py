"""What differs from site to site: who is told, where links lead, which calendar and target hold (`site.toml`)."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, ValidationError, model_validator

STRICT: Final = ConfigDict(frozen=True, extra="forbid")
Text = Annotated[StrictStr, Field(min_length=1)]
Url = Annotated[StrictStr, Field(pattern=r"^https?://\S+$")]
Email = Annotated[StrictStr, Field(pattern=r"^[^@\s,]+@[^@\s,]+$")]
Code = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9._-]+$")]


class SiteRefused(ValueError):
    """A site file that cannot be used; one line for each error, with its key."""


class Links(BaseModel):
    """Where the links in alerts begin; no slash at the end."""

    model_config = STRICT

    grafana: Annotated[StrictStr, Field(pattern=r"^https?://\S*[^/\s]$")]
    runbooks: Annotated[StrictStr, Field(pattern=r"^\S*[^/\s]$")]


class Smtp(BaseModel):
    """The mail server. The password lies in a file that Alertmanager reads itself: none is ever written here."""

    model_config = STRICT

    smarthost: Annotated[StrictStr, Field(pattern=r"^\S+:\d+$")]
    sender: Text
    username: StrictStr = ""
    password_file: StrictStr = ""
    require_tls: StrictBool = True


class Recipients(BaseModel):
    """Who is told. Without any address the alerts are only shown."""

    model_config = STRICT

    emails: tuple[Email, ...] = ()
    webhooks: tuple[Url, ...] = ()


class Province(BaseModel):
    """The office that answers for a province, by the code of the tree's root; `calendar` where it has its own."""

    model_config = STRICT

    code: Code
    name: Text
    emails: tuple[Email, ...] = ()
    webhooks: tuple[Url, ...] = ()
    calendar: StrictStr = ""

    @property
    def recipients(self) -> Recipients:
        return Recipients(emails=self.emails, webhooks=self.webhooks)


class Site(BaseModel):
    """The whole file; paths of calendars are relative to it."""

    model_config = STRICT

    calendar: Text
    late_settled_objective: Annotated[Decimal, Field(gt=0, lt=1)]
    links: Links
    smtp: Smtp
    operators: Recipients
    on_call: Recipients
    watchdog: Recipients = Recipients()
    province: Annotated[tuple[Province, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_province_once(self) -> Self:
        codes = [one.code for one in self.province]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"province {', '.join(twice)} stands twice: keep one")
        return self


def read_site(path: Path) -> Site:
    """A checked site file; raises `SiteRefused`."""
    try:
        return Site.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SiteRefused(f"{path}: cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SiteRefused(f"{path}: is not TOML: {error}") from None
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, one['loc'])) or 'site'}: {one['msg']}" for one in error.errors()]
        raise SiteRefused("\n".join(lines)) from None
