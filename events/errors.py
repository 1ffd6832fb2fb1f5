"""Why an input is refused.

    Refused                     the sender is told; a record that came by itself is buried as a dead letter
      .reason                   one of REASONS, stable: a metric label, a column, part of the HTTP answer
      .detail                   what was found and what would be right, for a person

Everything else that can go wrong (a database away, a hole in the log) is not about the input and lives in `services`.
"""

from typing import Final

REASONS: Final[dict[str, str]] = {
    "too_large": "over 1 MiB: split it or send less",
    "not_utf8": "not valid UTF-8",
    "not_json": "not JSON (RFC 8259); NaN and Infinity are not JSON",
    "too_deep": "nested too deeply",
    "duplicate_key": "an object names a key twice, so its meaning is open",
    "lone_surrogate": "half of a surrogate pair: no Unicode text",
    "nul_character": "contains U+0000, which no case id, unit or text needs",
    "not_cloudevent": "not a structured CloudEvents 1.0 object, or an attribute is missing or malformed",
    "case_id_missing": "no subject: every event names its case",
    "unknown_type": "no event type of ours",
    "unknown_version": "an event type of ours in a version that this release does not know",
    "value_not_allowed": "a data field is missing, of the wrong type or outside its list of values",
    "unreadable_time": "not an RFC 3339 time with an offset",
    "time_out_of_range": "before 1900 or more than 5 minutes ahead of the clock",
    "due_out_of_range": "due before 1900 or more than 100 years after its fact",
    "unknown_unit": "the unit is not registered: load it, then send again",
    "id_reused": "this id of this source already says something else about the case",
    "source_not_allowed": "this source belongs to the service itself",
    "key_missing": "a record of the log without a key: the key is the case id",
    "key_not_subject": "the key of the record is not its subject: facts of a case must share a partition",
    "value_missing": "a record of the log without a value; facts are retracted, never deleted",
    "content_type": "the content type is not application/cloudevents+json",
    "unmapped_value": "a cell has a value that the mapping does not list",
    "required_missing": "a cell that the event needs is empty",
    "unreadable_row": "the row cannot be split into cells or is not an object",
}
"""Every reason, with what it means: the one list behind dead letters, metrics and documentation."""


class Refused(Exception):
    """An input that cannot become a recorded fact."""

    def __init__(self, reason: str, detail: str) -> None:
        if reason not in REASONS:
            raise ValueError(f"unknown reason {reason!r}: add it to events.errors.REASONS")
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
