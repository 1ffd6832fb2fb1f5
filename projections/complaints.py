"""Limits of complaints (phản ánh, kiến nghị): a kind of case of its own, with a limit for each step.

Each limit runs from the reception of the complaint by the unit; the step is on time up to the end of the last day.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from projections.time_limits import LimitUnit, TimeLimit


class ComplaintStep(StrEnum):
    """What a unit does with a complaint."""

    REFUSE = "refuse"  # từ chối tiếp nhận
    ASK = "ask"  # yêu cầu bổ sung
    ANSWER = "answer"  # trả lời
    PUBLISH = "publish"  # công khai kết quả


COMPLAINT_LIMITS: Final[Mapping[ComplaintStep, TimeLimit]] = MappingProxyType(
    {
        ComplaintStep.REFUSE: TimeLimit(2, LimitUnit.WORKING_DAYS),
        ComplaintStep.ASK: TimeLimit(5, LimitUnit.WORKING_DAYS),
        ComplaintStep.ANSWER: TimeLimit(15, LimitUnit.WORKING_DAYS),
        ComplaintStep.PUBLISH: TimeLimit(2, LimitUnit.WORKING_DAYS),
    }
)
