"""The site file: what it may say, and how it is refused."""

from pathlib import Path

import pytest

from services.monitoring.alertmanager import alertmanager_configuration
from services.monitoring.site import SiteRefused, Smtp, read_site
from services.monitoring.time_intervals import OfficeTimes
from tests.services.monitoring.case_files import DEPLOY, SITE_READ

TEXT = (DEPLOY / "alertmanager/site.toml").read_text(encoding="utf-8")


def refused(folder: Path, text: str) -> str:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SiteRefused) as caught:
        read_site(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"0.05"', '"5"', "late_settled_objective"),
        ('"http://127.0.0.1:3000"', '"http://127.0.0.1:3000/"', "links.grafana"),
        ("smarthost =", "smarthosts =", "smtp.smarthosts"),
        ('"smtp.example:587"', '"smtp.example"', "smtp.smarthost"),
        ('["one-stop-control@province.example"]', '["one-stop-control"]', "province.0.emails.0"),
        ('["http://on-call.example/alerts"]', '["on-call.example"]', "on_call.webhooks.0"),
        ('code = "H99"', 'code = "H99\\"} or vector(1)"', "province.0.code"),
        ("[smtp]", "[smtp", "is not TOML"),
    ],
)
def test_a_mistake_is_named_by_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    assert said in refused(tmp_path, TEXT.replace(old, new, 1))


def test_a_province_stands_once(tmp_path: Path) -> None:
    twice = TEXT + '\n[[province]]\ncode = "H99"\nname = "Again"\n'
    assert "H99 stands twice: keep one" in refused(tmp_path, twice)


def test_a_file_that_is_not_there_is_said_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(SiteRefused, match="cannot be read"):
        read_site(tmp_path / "none.toml")


def test_the_password_is_named_by_its_file_and_never_written() -> None:
    smtp = Smtp(smarthost="mail:25", sender="a@b", username="u", password_file="/run/secrets/smtp")  # noqa: S106
    times = OfficeTimes((), (), ())
    told = alertmanager_configuration(SITE_READ.model_copy(update={"smtp": smtp}), {"": times})["global"]
    assert told == {
        "smtp_smarthost": "mail:25",
        "smtp_from": "a@b",
        "smtp_auth_username": "u",
        "smtp_auth_password_file": "/run/secrets/smtp",
        "smtp_require_tls": True,
    }
