"""Files that hold events already."""

import gzip
from pathlib import Path

import pytest

from services.importing import ImportRefused, open_event_lines

CONTENT = b'\xef\xbb\xbf{"id":"1"}\n\n  \r\n{"id":"2"}\r\nbroken \xe9\n{"id":"3"}'
LINES = [(1, b'{"id":"1"}'), (4, b'{"id":"2"}'), (5, b"broken \xe9"), (6, b'{"id":"3"}')]


@pytest.mark.parametrize("content", [CONTENT, gzip.compress(CONTENT)])
def test_lines_come_with_their_numbers_plain_or_gzipped(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events"
    path.write_bytes(content)
    lines = open_event_lines(path)
    assert (lines.done, lines.size) == (0, len(content))
    assert list(lines) == LINES
    assert lines.done == lines.size
    assert list(lines) == LINES


def test_progress_is_told_while_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b'{"id":"1"}\n' * 10)
    lines = open_event_lines(path)
    reading = iter(lines)
    next(reading)
    assert 0 < lines.done <= lines.size
    del reading


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b"")
    assert list(open_event_lines(path)) == []


def test_a_broken_archive_is_refused_after_its_last_good_line(tmp_path: Path) -> None:
    path = tmp_path / "events.gz"
    path.write_bytes(gzip.compress(CONTENT)[:-9])
    with pytest.raises(ImportRefused, match="the archive is broken after line"):
        list(open_event_lines(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="cannot be read"):
        open_event_lines(tmp_path / "none")


def test_an_array_instead_of_lines_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('\n[{"specversion": "1.0"}]')
    with pytest.raises(ImportRefused, match="line 2 begins a JSON array; give one CloudEvent a line"):
        list(open_event_lines(path))
