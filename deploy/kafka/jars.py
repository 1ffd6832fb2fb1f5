"""Kafka as jars: the list that is committed, and the folder in which they lie once fetched and checked.

They are fetched by `mvn`, as it is set up on the machine, or straight from the repository that
DUECOURSE_MAVEN_REPOSITORY names. Either way what counts is the sha256 in `jars.txt`.
"""

import hashlib
import shutil
import tempfile
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.java import run
from deploy.kafka.surroundings import REPOSITORY_VARIABLE, cache_folder, maven_repository

LIST: Final = Path(__file__).with_name("jars.txt")
BROKER: Final = "kafka_2.13"
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FETCHED_AT_ONCE: Final = 8
FETCH_SECONDS: Final = 600
ANSWER_SECONDS: Final = 60


@dataclass(frozen=True)
class Jar:
    """One jar by its Maven coordinates; `sha256` in hex."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where every Maven repository has it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


def listed() -> list[Jar]:
    """The jars of `jars.txt`."""
    lines = [line.replace(":", " ").split() for line in LIST.read_text().splitlines() if not line.startswith("#")]
    return [Jar(group, artifact, version, sha256) for group, artifact, version, sha256 in lines]


def kafka_version() -> str:
    """The version that is pinned."""
    return next(jar.version for jar in listed() if jar.artifact == BROKER)


def default_folder() -> Path:
    """Where the jars are kept for all checkouts of this user."""
    return cache_folder() / f"kafka-{kafka_version()}"


def kafka_jars(folder: Path | None = None) -> Path:
    """The folder with all jars, checked; they are fetched where it is not there. Raises `BrokerUnavailable`."""
    kept = folder or default_folder()
    if not kept.exists():
        _fetch(kept)
    wrong = [jar.name for jar in listed() if not _is_whole(kept / jar.name, jar)]
    if wrong:
        raise BrokerUnavailable(f"{kept}: {', '.join(wrong[:3])}: missing or damaged: remove the folder and try again")
    return kept


def _is_whole(path: Path, jar: Jar) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _fetch(kept: Path) -> None:
    """Beside the final name, then a rename: a kill leaves nothing half-made, and of two that fetch one is first."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f"{kept.name}.making-", dir=kept.parent))
    try:
        repository = maven_repository()
        if repository is None:
            _copy_by_maven(making)
        else:
            _download(repository.rstrip("/"), making)
        wrong = [jar.name for jar in listed() if not _is_whole(making / jar.name, jar)]
        if wrong:
            raise BrokerUnavailable(f"{', '.join(wrong[:3])}: not what deploy/kafka/jars.txt says: ask another source")
        making.chmod(0o755)
        try:
            making.rename(kept)
        except OSError:
            if not kept.exists():  # else another one was first
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _copy_by_maven(making: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerUnavailable(
            f"the jars of Kafka {kafka_version()} are not here and mvn, which fetches them, is missing: install Maven "
            f"(Debian: apt-get install maven), or set {REPOSITORY_VARIABLE} to the base URL of a Maven repository"
        )
    with tempfile.TemporaryDirectory(prefix="duecourse-maven-") as project:
        pom = Path(project) / "pom.xml"
        pom.write_text(_project(listed()))
        command: list[str | Path] = [
            maven,
            "-B",
            "-q",
            "-f",
            pom,
            COPY,
            f"-DoutputDirectory={making}",
            "-DexcludeTransitive=true",
        ]
        run(command, "mvn", within_seconds=FETCH_SECONDS)


def _project(jars: Sequence[Jar]) -> str:
    each = "".join(
        f"<dependency><groupId>{jar.group}</groupId><artifactId>{jar.artifact}</artifactId>"
        f"<version>{jar.version}</version></dependency>\n"
        for jar in jars
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>duecourse</groupId><artifactId>kafka</artifactId>"
        f"<version>1</version><packaging>pom</packaging><dependencies>\n{each}</dependencies></project>\n"
    )


def _download(repository: str, making: Path) -> None:
    def one(jar: Jar) -> None:
        address = f"{repository}/{jar.path}"
        try:
            with (
                urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer,  # noqa: S310 - the user names it
                (making / jar.name).open("wb") as file,
            ):
                shutil.copyfileobj(answer, file)
        except (OSError, ValueError) as error:
            raise BrokerUnavailable(f"{address}: {error}: check {REPOSITORY_VARIABLE} and the network") from None

    with ThreadPoolExecutor(FETCHED_AT_ONCE) as workers:
        list(workers.map(one, listed()))
