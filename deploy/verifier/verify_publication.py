"""Checks publications of Duecourse without Duecourse: one file, Python 3.10 or newer, nothing to install, no network.

    python3 verify_publication.py --key KEY FILE...

KEY is the publisher's key `NAME+ID+BASE64`, or a file that holds it: get it from the publisher by another way than the
files. FILEs are publications, signed checkpoints and proofs (inclusion, consistency, membership), in any order. A proof
counts only for what the key signed and is among the files. Exit status: 0 all of it holds, 1 something does not or
cannot be read, 2 wrong usage. Formats: C2SP signed-note and tlog-checkpoint, RFC 9162 (Merkle trees), RFC 8032.
"""

import json
import re
import sys
from base64 import b64decode
from fractions import Fraction
from functools import partial
from hashlib import sha256, sha512
from itertools import pairwise
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey, InvalidSignature = None, ValueError  # type: ignore[assignment,misc]

bytes_of = partial(b64decode, validate=True)
canonical = partial(json.dumps, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
SETTLED, IN_TIME = "settled_early settled_on_time settled_late", "settled_early settled_on_time"
PENDING, UNDUE = "pending_in_time pending_paused pending_overdue", "pending_in_time pending_paused"
ENTERED, LEFT = "new carried_over transferred_in", f"{SETTLED} closed transferred_out {PENDING}"
RATES = {
    "on_time_settled": (IN_TIME, SETTLED),
    "on_time_due": ("fell_due_on_time", "fell_due"),
    "on_time_handled": (f"{IN_TIME} {UNDUE}", f"{SETTLED} {PENDING}"),
    "late_settled": ("settled_late", SETTLED),
    "settlement_rate": (SETTLED, ENTERED),
    "backlog": ("pending_overdue", PENDING),
}
RATES |= {"online_filing": ("online", "new"), "online_payment": ("paid_online", "paid_online paid_counter")}
RATES |= {name: (f"{name}_yes", f"{name}_yes {name}_no") for name in ("digitised", "electronic_result")}


class Wrong(ValueError):
    """Something does not hold; the text says what."""


def expect(condition: bool, text: str) -> None:
    if not condition:
        raise Wrong(text)


def natural(value: Any) -> int:
    expect(type(value) is int and value >= 0, f"{value!r} is not a natural number")
    return int(value)


def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def hash_of(text: str) -> bytes:
    expect(re.fullmatch("sha256:[0-9a-f]{64}", text) is not None, f"{text!r} is not written sha256:HEX")
    return bytes.fromhex(text[7:])


P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def point_of(data: bytes) -> tuple[int, int]:
    """A point of Ed25519 from its 32 bytes in their one spelling (RFC 8032, 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    expect(len(data) == 32 and y < P and x * x % P == square and (x > 0 or not sign), "not a point of Ed25519")
    return (x if x & 1 == sign else P - x), y


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (a, b), (c, d) = one, other
    e = D * a * b * c * d % P
    return (a * d + b * c) * pow(1 + e, -1, P) % P, (a * c + b * d) * pow(1 - e, -1, P) % P


def times(factor: int, point: tuple[int, int]) -> tuple[int, int]:
    found = times(factor // 2, added(point, point)) if factor else (0, 1)
    return added(found, point) if factor & 1 else found


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519 (RFC 8032, 5.1.7), by the library `cryptography` where there is one, else plainly."""
    try:
        if Ed25519PublicKey is not None:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            return True
        key, commitment, factor = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    except (InvalidSignature, ValueError):
        return False
    base = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    challenge = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return times(factor, base) == added(commitment, times(challenge, key)) and factor < ORDER and len(signature) == 64


def roots_above(place: int, last: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Climbs a path (RFC 9162, 2.1.3.2 and 2.1.4.2) to the roots of what lies up to a place, and of everything."""
    old = new = start
    for one in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = digest(b"\x01", one, old), digest(b"\x01", one, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = digest(b"\x01", new, one)
        place, last = place >> 1, last >> 1
    return None if last else (old, new)


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    roots = roots_above(index, size - 1, leaf, path) if 0 <= index < size else None
    return roots is not None and roots[1] == root


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: list[bytes]) -> bool:
    if not 0 < first < second or not path:  # a tree goes on from itself, and every tree from the empty one
        return not path and {0: digest(), second: second_root}.get(first) == first_root
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    start, *rest = path if first & (first - 1) else [first_root, *path]
    return roots_above(place, last, start, rest) == (first_root, second_root)


class Key:
    """The publisher's key; it signs under its name, and the log of a partition under NAME/PARTITION."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.name, given, encoded = self.text.split("+", 2)
        self.public = bytes_of(encoded)[1:]
        is_ours = bytes_of(encoded)[:1] == b"\x01" and self.id_as(self.name).hex() == given
        expect(is_ours and len(self.public) == 32, "the key is no Ed25519 key written NAME+ID+BASE64")

    def id_as(self, name: str) -> bytes:
        return digest(name.encode(), b"\n\x01", self.public)[:4]

    def check(self, name: str, text: str, lines: list[str]) -> None:
        """That the key, under a name, signed the text by one of the signature lines, and by none wrongly."""
        data = [bytes_of(line.split(" ")[2]) for line in lines if line.startswith(f"— {name} ")]
        own = [one[4:] for one in data if one[:4] == self.id_as(name)]
        expect(bool(own), f"not signed by the key of {name}")
        holds = all(is_signed(self.public, signature, text.encode()) for signature in own)
        expect(holds, "the signature does not hold: changed after signing, or never signed")


class Evidence:
    """What the key signed, of the files so far: roots by (log, size), publications by id; and what proofs link."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.roots: dict[tuple[str, int], bytes] = {}
        self.publications: dict[str, Any] = {}
        self.linked: set[tuple[tuple[str, int], tuple[str, int]]] = set()

    def vouch(self, origin: str, size: int, root: bytes) -> None:
        same = self.roots.setdefault((origin, size), root) == root
        expect(same, f"two different trees of {size} events of {origin} were signed: the log was forged")

    def expect_root(self, origin: str, size: int, root: bytes) -> None:
        known = self.roots.get((origin, size))
        expect(known is not None, f"no file given here is signed for the {size} events of {origin}")
        expect(known == root, f"the signed root of the {size} events of {origin} is another")

    def checkpoint(self, note: str) -> str:
        text, _, signatures = note.rpartition("\n\n")
        origin, size, root = text.split("\n")[:3]
        self.key.check(origin, text + "\n", signatures.split("\n"))
        expect(origin.startswith(self.key.name + "/"), f"{origin} is no log of {self.key.name}")
        self.vouch(origin, natural(int(size)), bytes_of(root))
        return f"the checkpoint of {origin} at {size} events is signed"

    def publication(self, document: Any, content: str) -> str:
        expect(canonical(document) + "\n" == content, "not in canonical spelling: changed after signing")
        expect(document["key"] == self.key.text, "signed with another key than the one given")
        manifest = document["manifest"]
        text = f"duecourse-publication-v1\n{canonical(manifest)}\n"
        self.key.check(self.key.name, text, [document["signature"]])
        for part in manifest["archive"]:
            expect(part["origin"] == f"{self.key.name}/{natural(part['partition'])}", "a log has another's name")
            self.vouch(part["origin"], natural(part["size"]), hash_of(part["root"]))
        rows = sum(check_report(report) for report in manifest["reports"])
        self.publications[name := digest(text.encode()).hex()] = manifest
        return f"publication {name[:16]} of {manifest['published_at']} is signed, and its {rows} rows add up"

    def inclusion(self, proof: Any) -> str:
        event, size, origin = proof["event"], natural(proof["size"]), proof["origin"]
        case, body = event["case_id"].encode(), bytes_of(event["body"])
        content = digest(len(case).to_bytes(4, "big"), case, len(body).to_bytes(4, "big"), body)
        entry = b"\x01" + event["partition"].to_bytes(4, "big") + event["position"].to_bytes(8, "big")
        entry += event["recorded_at"].to_bytes(8, "big", signed=True) + content
        root, path = hash_of(proof["root"]), [hash_of(one) for one in proof["path"]]
        self.expect_root(origin, size, root)
        where = f"event {event['partition']}:{event['position']} of case {event['case_id']}"
        held = is_included(digest(b"\x00", entry), natural(proof["index"]), size, path, root)
        expect(held, f"{where} was not recorded like this")
        return f"{where} was recorded like this, among the {size} events of {origin}"

    def consistency(self, proof: Any) -> str:
        origin, path = proof["origin"], [hash_of(one) for one in proof["path"]]
        ends = [(natural(proof[one]["size"]), hash_of(proof[one]["root"])) for one in ("first", "second")]
        for size, root in ends:
            self.expect_root(origin, size, root)
        text, holds = f"the first {ends[0][0]} of {size} events of {origin}", is_consistent(*ends[0], *ends[1], path)
        expect(holds, f"{text} are not those that were signed: history was changed")
        self.linked.add(((origin, ends[0][0]), (origin, size)))
        return f"{text} are untouched"

    def membership(self, proof: Any) -> str:
        name = proof["publication"]
        expect(name in self.publications, f"publication {name[:16]} is not among the files that hold")
        report = self.publications[name]["reports"][natural(proof["report"])]
        row = report["total"] if proof["row"] is None else report["rows"][natural(proof["row"])]
        number = {**row["counts"], **{one: row[one] for one in ("numerator", "denominator")}}[proof["number"]]
        leaf, path = digest(b"\x00", proof["case_id"].encode()), [hash_of(one) for one in proof["path"]]
        what = f"{proof['number']} of {row['unit'] or row['name']} in {report['report']}, {row['from']} to {row['to']}"
        held = is_included(leaf, natural(proof["index"]), number["cases"], path, hash_of(number["digest"]))
        expect(held, f"case {proof['case_id']} is not behind {what}")
        return f"case {proof['case_id']} is one of the {number['cases']} cases behind {what}"


def check_report(report: Any) -> int:
    """That the rates follow from the counts, and all cases are accounted for; answers how many rows there are."""
    rows = [*report["rows"], report["total"]]
    for row in rows:
        counts = {name: check_number(number, name) for name, number in row["counts"].items()}
        above, below = (check_number(row[name], name) for name in ("numerator", "denominator"))
        where, known = f"{report['report']}, {row['unit'] or row['name']}", RATES.get(report["definition"], ())
        entered, left, *rate_of = (sum(counts[name] for name in names.split()) for names in (ENTERED, LEFT, *known))
        expect(rate_of in ([], [above, below]), f"{where}: numerator and denominator do not follow from the counts")
        expect(entered == left, f"{where}: {entered} cases came in, and {left} are accounted for")
        parts = [(above, below)]
        if row is report["total"] and report["rollup"] == "simple_mean":
            parts = [(one["numerator"]["count"], one["denominator"]["count"]) for one in report["rows"]]
        rates = [Fraction(*part) for part in parts if part[1]]
        hundredths = (sum(rates, Fraction()) / max(len(rates), 1) * 20_000 + 1) // 2  # half up
        rate = f"{hundredths // 100}.{hundredths % 100:02d}" if rates else None
        expect(row["percent"] == rate, f"{where}: published as {row['percent']} %, and is {rate}")
    return len(rows)


def check_number(number: Any, name: str) -> int:
    count, cases = natural(number["count"]), natural(number["cases"])
    expect(cases <= count and (cases > 0) == (count > 0), f"{name}: {count} cannot be the count of {cases} cases")
    expect(cases > 0 or hash_of(number["digest"]) == digest(), f"{name}: no cases have another digest")
    return count


def check(evidence: Evidence, content: str) -> str:
    """Checks one file and answers with what holds; raises Wrong, or whatever reading something else raises."""
    if not content.startswith("{"):
        return evidence.checkpoint(content)
    document = json.loads(content)
    if "manifest" in document:
        return evidence.publication(document, content)
    kind = re.fullmatch("duecourse-(inclusion|consistency|membership)-v1", document["format"])
    expect(kind is not None, "neither a publication nor a checkpoint nor a proof")
    return str(getattr(evidence, kind[1])(document))  # type: ignore[index]


def main(arguments: list[str]) -> int:
    try:
        flag, given, *names = arguments
        expect(flag == "--key" and bool(names), "--key KEY and files are needed")
        evidence = Evidence(Key(Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given))
        files = [(name, Path(name).read_bytes()) for name in names]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{__doc__}\ncannot begin: {error}\n")
        return 2
    failures = 0
    for name, content in sorted(files, key=lambda file: file[1].startswith(b"{") and b'"manifest":' not in file[1]):
        try:
            sys.stdout.write(f"good   {name}: {check(evidence, content.decode())}\n")
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            failures += 1
            sys.stdout.write(f"WRONG  {name}: {error if isinstance(error, Wrong) else f'cannot be read: {error!r}'}\n")
    for one, other in pairwise(sorted(evidence.roots)):
        if one[0] == other[0] and (one, other) not in evidence.linked:
            text = f"that the {other[1]} events of {other[0]} begin with its {one[1]}"
            sys.stdout.write(f"note   without consistency proof, so not checked: {text}\n")
    sys.stdout.write(f"{'WRONG' if failures else 'good'}: {failures} of {len(files)} files do not hold\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
