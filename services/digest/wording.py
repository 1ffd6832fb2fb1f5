"""What a digest says around its numbers, in both languages."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Language(StrEnum):
    """Of the words; names of units are as they were registered."""

    ENGLISH = "en"
    VIETNAMESE = "vi"


class Phrases(Struct, frozen=True):
    """`{first}` and `{last}` are the first and the last day of the week, `{as_of}` a time, `{zone}` its zone."""

    title: str
    basis: str
    columns: tuple[str, ...]
    total: str
    nothing: str
    missed: str
    decimal: str


PHRASES: Final = {
    Language.ENGLISH: Phrases(
        title="Weekly digest: {first} to {last}",
        basis="Figures as of {as_of} ({zone}); settled late: the last 7 days; on time: the reporting year so far.",
        columns=(
            "Unit",
            "Due this week",
            "Overdue",
            "Settled, 7 days",
            "of these late",
            "Oldest open, days",
            "On time, %",
            "of settled",
            "Target, %",
            "Points from target",
        ),
        total="Total",
        nothing="No open cases, and none settled in the last 7 days.",
        missed="below target",
        decimal=".",
    ),
    Language.VIETNAMESE: Phrases(
        title="Bản tin tuần: {first} đến {last}",
        basis="Số liệu lúc {as_of} ({zone}); trễ hạn: 7 ngày qua; đúng hạn: năm báo cáo đến nay.",
        columns=(
            "Đơn vị",
            "Đến hạn tuần này",
            "Quá hạn",
            "Giải quyết 7 ngày",
            "trong đó trễ hạn",
            "Tồn lâu nhất, ngày",
            "Đúng hạn, %",
            "trên số giải quyết",
            "Mục tiêu, %",
            "Chênh lệch, điểm %",
        ),
        total="Tổng số",
        nothing="Không có hồ sơ tồn đọng và không giải quyết hồ sơ nào trong 7 ngày qua.",
        missed="chưa đạt mục tiêu",
        decimal=",",
    ),
}
