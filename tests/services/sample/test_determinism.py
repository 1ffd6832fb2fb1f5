"""The same arguments give the same bytes, whatever the process and its host are like."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256

from services.sample.history import history

from .reading import UNTIL

DIGEST_PROGRAM = """
from datetime import datetime, timedelta
from hashlib import sha256
from services.sample.history import history, open_at_end
from services.sample.live import LiveOffice

until = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
digest = sha256()
for event in history(seed=7, cases=800, until=until):
    digest.update(event)
left_open = list(open_at_end(seed=7, cases=800, until=until))
office = LiveOffice(seed=7, start=until, open_cases=left_open)
for second in range(1, 60):
    for event in office.events_until(until + timedelta(seconds=second)):
        digest.update(event)
print(digest.hexdigest())
"""


def digest_in_another_process(hash_seed: str, time_zone: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": time_zone}
    command = [sys.executable, "-c", DIGEST_PROGRAM]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def digest(seed: int, cases: int, until: datetime) -> str:
    return sha256(b"".join(history(seed=seed, cases=cases, until=until))).hexdigest()


def test_hash_seed_and_time_zone_of_the_process_change_no_byte() -> None:
    here = digest_in_another_process("1", "America/St_Johns")
    assert here == digest_in_another_process("2", "Asia/Ho_Chi_Minh")


def test_an_end_given_in_another_offset_is_the_same_end() -> None:
    assert digest(7, 300, UNTIL) == digest(7, 300, UNTIL.astimezone(UTC))


def test_another_seed_gives_another_history() -> None:
    assert digest(7, 300, UNTIL) != digest(8, 300, UNTIL)
