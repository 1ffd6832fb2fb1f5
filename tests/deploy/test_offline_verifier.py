"""The offline verifier: a file that stands alone, and believes nothing that the key did not sign."""

import ast
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from services.evidence.canonical_json import canonical_bytes
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.log_folder import log_reader, origin_of
from services.evidence.manifest import Number, PublishedReport, PublishedRow, publish
from services.evidence.proofs import ArchivedEvent, consistency, inclusion, membership, proof_bytes
from tests.projections import naive_merkle
from tests.services.evidence.evidence_made import KEY, NAME, OTHER_KEY, entries, logged
from tests.services.evidence.publications_made import ROWS, made

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "deploy/verifier/verify_publication.py"
VKEY = str(KEY.verifier)


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_publication", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = loaded()
EARLIER = made(ROWS[:300], published_at="2026-01-01T08:00:00Z")
LATER = made(ROWS)
SIMPLE_MEAN = made(ROWS, rollup="simple_mean")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Everything that a publisher hands out, by file name."""
    root = logged(tmp_path_factory.mktemp("log"), ROWS, 300)
    log = log_reader(root, KEY.verifier, 0)
    late = LATER.cases["H99.01", "settled_late"]
    total = LATER.cases[None, "denominator"]
    return {
        "earlier.json": EARLIER.publication.as_bytes(),
        "later.json": LATER.publication.as_bytes(),
        "simple-mean.json": SIMPLE_MEAN.publication.as_bytes(),
        "checkpoint": (log.folder / "checkpoint").read_bytes(),
        "inclusion.json": proof_bytes(inclusion(log, ArchivedEvent(0, *ROWS[41]), 600)),
        "consistency.json": proof_bytes(consistency(log, 300, 600)),
        "late.json": proof_bytes(membership(LATER.publication, 0, 0, "settled_late", late[3], late)),
        "settled.json": proof_bytes(membership(LATER.publication, 0, None, "denominator", total[0], total)),
    }


@pytest.fixture
def folder(files: dict[str, bytes], tmp_path: Path) -> Path:
    """The files in a folder, which a test may change."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], folder: Path, *names: str, key: str = VKEY) -> tuple[int, dict[str, str]]:
    """Exit status, and what was said of each file."""
    status = VERIFIER.main(["--key", key, *(str(folder / name) for name in names)])
    lines = [line for line in capsys.readouterr().out.splitlines() if str(folder) in line]
    said = {line.split(": ", 1)[0].split(f"{folder}/")[1]: line for line in lines}
    return status, said


def wrong(capsys: pytest.CaptureFixture[str], folder: Path, name: str, *others: str) -> str:
    """What is said of a file that does not hold, while all others do."""
    status, said = run(capsys, folder, name, *others)
    assert status == 1
    assert [one for one, line in said.items() if line.startswith("WRONG")] == [name]
    return said[name]


def test_it_is_one_short_file_that_needs_nothing_of_ours() -> None:
    source = SCRIPT.read_text()
    assert len(source.splitlines()) <= 300
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name or "").split(".")[0]  # type: ignore[union-attr]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("isolated", [["-I"], ["-I", "-S"]], ids=["with cryptography", "standard library alone"])
def test_it_runs_alone_in_another_folder(folder: Path, files: dict[str, bytes], isolated: list[str]) -> None:
    shutil.copy(SCRIPT, folder / "verify_publication.py")
    (folder / "vkey").write_text(VKEY + "\n")
    command = [sys.executable, *isolated, "-W", "error", "verify_publication.py", "--key", "vkey", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "good: 0 of 8 files do not hold"
    assert done.stdout.count("\ngood") == 8
    assert "note" not in done.stdout


def test_it_says_in_words_what_holds(capsys: pytest.CaptureFixture[str], folder: Path, files: dict[str, bytes]) -> None:
    status, said = run(capsys, folder, *files)
    assert status == 0
    publication = f"publication {LATER.publication.id[:16]} of 2026-01-15T08:00:00Z is signed, and its 4 rows add up"
    case = "case 000.H99.01-settled_late-003 is one of the 5 cases behind settled_late of H99.01 in on-time"
    assert publication in said["later.json"]
    assert f"{case}, 2025-12-15 to 2026-01-15" in said["late.json"]
    assert "one of the 21 cases behind denominator of Total" in said["settled.json"]
    assert f"the first 300 of 600 events of {NAME}/0 are untouched" in said["consistency.json"]
    assert "event 0:82 of case case-82 was recorded like this, among the 600 events" in said["inclusion.json"]
    assert f"the checkpoint of {NAME}/0 at 600 events is signed" in said["checkpoint"]


def test_two_trees_without_a_proof_between_them_are_mentioned(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert VERIFIER.main(["--key", VKEY, str(folder / "later.json"), str(folder / "earlier.json")]) == 0
    expected = f"note   without consistency proof, so not checked: that the 600 events of {NAME}/0 begin with its 300"
    assert expected in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--key"],
        ["--key", VKEY],
        ["--help"],
        [VKEY, "a", "b"],
        ["--key", "no key", "x"],
        ["--key", VKEY, "no/file"],
    ],
)
def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert VERIFIER.main(arguments) == 2
    assert "verify_publication.py --key KEY FILE..." in capsys.readouterr().err


@pytest.mark.parametrize("proof", ["inclusion.json", "consistency.json", "late.json"])
def test_a_proof_without_the_signed_file_that_it_is_about_proves_nothing(
    capsys: pytest.CaptureFixture[str], folder: Path, proof: str
) -> None:
    said = wrong(capsys, folder, proof, "earlier.json")
    assert "no file given here is signed for the 600 events" in said or "is not among the files that hold" in said


def edited(folder: Path, name: str, edit: Callable[[Any], None]) -> None:
    document = json.loads((folder / name).read_bytes())
    edit(document)
    (folder / name).write_bytes(canonical_bytes(document) + b"\n")


def a_number(document: Any) -> None:
    document["manifest"]["reports"][0]["rows"][0]["counts"]["settled_late"]["count"] = 4


def a_case_set(document: Any) -> None:
    document["manifest"]["reports"][0]["total"]["numerator"]["digest"] = "sha256:" + "0" * 64


def a_percentage(document: Any) -> None:
    document["manifest"]["reports"][0]["total"]["percent"] = "99.99"


def a_version(document: Any) -> None:
    document["manifest"]["versions"]["calendar"] = None


def a_root(document: Any) -> None:
    document["manifest"]["archive"][0]["root"] = "sha256:" + "0" * 64


def a_signature(document: Any) -> None:
    document["signature"] = document["signature"][:-6] + "AAAAA="


@pytest.mark.parametrize("edit", [a_number, a_case_set, a_percentage, a_version, a_root, a_signature])
def test_a_publication_changed_after_signing_is_wrong(
    capsys: pytest.CaptureFixture[str], folder: Path, edit: Callable[[Any], None]
) -> None:
    edited(folder, "later.json", edit)
    said = wrong(capsys, folder, "later.json", "earlier.json")
    assert "the signature does not hold" in said or "cannot be read" in said


def test_a_publication_in_another_spelling_or_of_another_key_is_wrong(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    content = (folder / "later.json").read_bytes()
    (folder / "later.json").write_bytes(content.replace(b'{"count":14,', b'{"count":15,"count":14,'))
    (folder / "earlier.json").write_bytes(content.replace(b'"key":', b'"key": '))
    (folder / "simple-mean.json").write_bytes(publish(LATER.publication.manifest, OTHER_KEY).as_bytes())
    status, said = run(capsys, folder, "later.json", "earlier.json", "simple-mean.json")
    assert status == 1
    assert "WRONG" in said["earlier.json"]
    assert "canonical spelling" in said["earlier.json"]
    assert "signed with another key" in said["simple-mean.json"]


def resigned(folder: Path, **parts: Any) -> None:
    """A publisher signs a report that does not add up."""
    manifest = LATER.publication.manifest
    report = structs.replace(manifest.reports[0], **parts)
    (folder / "later.json").write_bytes(publish(structs.replace(manifest, reports=(report,)), KEY).as_bytes())


def report() -> PublishedReport:
    return LATER.publication.manifest.reports[0]


def row_with(**parts: Any) -> tuple[PublishedRow, ...]:
    first, *others = report().rows
    return structs.replace(first, **parts), *others


def counted(name: str, count: int) -> dict[str, Number]:
    counts = report().rows[0].counts
    return {**counts, name: structs.replace(counts[name], count=count)}


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "rate": ({"rows": row_with(percent="99.99")}, "H99.01: published as 99.99 %, and is 72.22"),
    "no rate": ({"rows": row_with(percent=None)}, "published as None %, and is 72.22"),
    "numerator": ({"rows": row_with(numerator=structs.replace(report().rows[0].numerator, count=14))}, "do not follow"),
    "definition": ({"definition": "late_settled"}, "numerator and denominator do not follow from the counts"),
    "identity": ({"rows": row_with(counts=counted("new", 21))}, "24 cases came in, and 23 are accounted for"),
    "cases": ({"rows": row_with(counts=counted("new", 3))}, "new: 3 cannot be the count of 20 cases"),
    "rollup": ({"rollup": "simple_mean"}, "Total: published as 76.19 %, and is 86.11"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_signed_report_that_does_not_add_up_is_wrong(
    capsys: pytest.CaptureFixture[str], folder: Path, what: str
) -> None:
    parts, expected = FORGED[what]
    resigned(folder, **parts)
    assert expected in wrong(capsys, folder, "later.json", "earlier.json")


def test_a_log_that_was_signed_twice_differently_is_wrong(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    key = KEY.under(origin_of(NAME, 0))
    (folder / "checkpoint").write_text(str(key.sign(Checkpoint(key.verifier.name, 600, bytes(32)).text)))
    status, said = run(capsys, folder, "later.json", "checkpoint")
    assert status == 1
    assert "two different trees of 600 events" in "".join(said.values())


def test_a_checkpoint_of_another_log_or_key_is_wrong(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    text = Checkpoint(origin_of(NAME, 0), 600, bytes(32)).text
    for note in (
        str(OTHER_KEY.under(origin_of(NAME, 0)).sign(text)),
        str(KEY.sign(text)),
        str(KEY.under("another/0").sign(Checkpoint("another/0", 600, bytes(32)).text)),
        "text\n",
        "",
    ):
        (folder / "checkpoint").write_text(note)
        assert "WRONG" in wrong(capsys, folder, "checkpoint", "later.json")


def another_body(proof: Any) -> None:
    proof["event"]["body"] = "e30="


def another_time(proof: Any) -> None:
    proof["event"]["recorded_at"] += 1


def another_case(proof: Any) -> None:
    proof["event"]["case_id"] = "another"


def another_position(proof: Any) -> None:
    proof["event"]["position"] += 2


def another_index(proof: Any) -> None:
    proof["index"] += 1


def another_root(proof: Any) -> None:
    proof["root"] = "sha256:" + "0" * 64


def a_shorter_path(proof: Any) -> None:
    proof["path"].pop()


def a_longer_path(proof: Any) -> None:
    proof["path"].append("sha256:" + "0" * 64)


@pytest.mark.parametrize(
    "edit",
    [
        another_body,
        another_time,
        another_case,
        another_position,
        another_index,
        another_root,
        a_shorter_path,
        a_longer_path,
    ],
)
def test_an_event_that_was_not_recorded_so_is_wrong(
    capsys: pytest.CaptureFixture[str], folder: Path, edit: Callable[[Any], None]
) -> None:
    edited(folder, "inclusion.json", edit)
    said = wrong(capsys, folder, "inclusion.json", "later.json")
    assert "was not recorded like this" in said or "is another" in said


def test_a_case_that_is_not_behind_a_number_is_wrong(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    def another(proof: Any) -> None:
        proof["case_id"] = "000.H99.01-settled_early-003"

    edited(folder, "late.json", another)
    assert "is not behind settled_late of H99.01" in wrong(capsys, folder, "late.json", "later.json")


def test_what_is_nothing_of_ours_is_wrong(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for content in (b"{}", b'{"format":"x"}', b"{", b"\xff", b"{" * 100_000, b'{"format":[]}', b'{"manifest":1}'):
        (folder / "strange").write_bytes(content)
        assert "WRONG" in wrong(capsys, folder, "strange", "later.json")


def judged(files: dict[str, bytes], proof: dict[str, Any]) -> bool:
    """Whether a proof is accepted beside the publications."""
    evidence = VERIFIER.Evidence(VERIFIER.Key(VKEY))
    for name in ("earlier.json", "later.json"):
        VERIFIER.check(evidence, files[name].decode())
    try:
        VERIFIER.check(evidence, json.dumps(proof))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


@given(st.sampled_from(["inclusion.json", "consistency.json", "late.json", "settled.json"]), st.data())
def test_a_mutated_proof_is_not_accepted(files: dict[str, bytes], name: str, data: st.DataObject) -> None:
    proof = json.loads(files[name])
    place = data.draw(st.integers(0, len(proof["path"])))
    path = list(proof["path"])
    match data.draw(st.sampled_from(["bit", "drop", "add", "swap"])):
        case "bit" if place < len(path):
            number = int(path[place][7:], 16) ^ 1 << data.draw(st.integers(0, 255))
            path[place] = f"sha256:{number:064x}"
        case "drop" if place < len(path):
            del path[place]
        case "swap" if len(path) > 1:
            path[0], path[-1] = path[-1], path[0]
        case _:
            path.insert(place, data.draw(st.sampled_from([*path, "sha256:" + "0" * 64])))
    assert judged(files, proof)
    assert not judged(files, {**proof, "path": path})


LEAVES = [naive_merkle.leaf(entry) for entry in entries(ROWS[:70])]


@given(st.integers(1, 70), st.data())
def test_its_merkle_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    leaves, root = LEAVES[:size], naive_merkle.mth(LEAVES[:size])
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert VERIFIER.is_included(leaves[index], index, size, naive_merkle.path(index, leaves), root)
    other = data.draw(st.integers(0, 70).filter(lambda one: one != index))
    assert not VERIFIER.is_included(leaves[index], other, size, naive_merkle.path(index, leaves), root)
    path = naive_merkle.proof(first, leaves) if first else []
    first_root = naive_merkle.mth(leaves[:first])
    assert VERIFIER.is_consistent(first, first_root, size, root, path)
    assert VERIFIER.is_consistent(first, first_root, size, root, []) == (first in (0, size))
    assert not VERIFIER.is_consistent(first, bytes(32), size, root, path)
    assert not VERIFIER.is_consistent(first, first_root, size, bytes(32), path) or first == 0


# The plain Ed25519, by the vectors of RFC 8032 (7.1) and against the library.

VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes, bytes, bytes], bool]:
    """Checking a signature without the library."""
    monkeypatch.setattr(VERIFIER, "Ed25519PublicKey", None)
    check: Callable[[bytes, bytes, bytes], bool] = VERIFIER.is_signed
    return check


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(
    plain: Callable[[bytes, bytes, bytes], bool], public: str, message: str, signature: str
) -> None:
    key, text, signed = (bytes.fromhex(one) for one in (public, message, signature))
    assert plain(key, signed, text)
    assert not plain(key, signed, text + b"\x00")
    assert not plain(key, signed[:-1], text)
    assert not plain(key, signed + b"\x00", text)
    assert not plain(key[:-1], signed, text)
    larger = int.from_bytes(signed[32:], "little") + VERIFIER.ORDER
    assert not plain(key, signed[:32] + larger.to_bytes(32, "little"), text)


@pytest.mark.parametrize(
    "public", [bytes(31) + b"\x80", b"\xff" * 32, b"\x02" + bytes(31), b"\x01" + bytes(30) + b"\x80"]
)
def test_what_is_no_point_is_no_key(plain: Callable[[bytes, bytes, bytes], bool], public: bytes) -> None:
    assert not plain(public, bytes(64), b"")


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 96 * 8 - 1))
def test_plainly_and_by_the_library_the_answer_is_the_same(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    good = private.public_key().public_bytes_raw() + private.sign(message)
    changed = bytearray(good)
    changed[bit // 8] ^= 1 << bit % 8
    answers = []
    library = VERIFIER.Ed25519PublicKey
    for one in (library, None):
        VERIFIER.Ed25519PublicKey = one
        answers.append([VERIFIER.is_signed(bytes(data[:32]), bytes(data[32:]), message) for data in (good, changed)])
    VERIFIER.Ed25519PublicKey = library
    assert answers == [[True, False]] * 2


def test_a_note_key_of_go_is_understood() -> None:
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = VERIFIER.Key(text)
    assert (key.name, key.text, key.id_as(key.name).hex()) == ("PeterNeumann", text, "c74f20a3")
