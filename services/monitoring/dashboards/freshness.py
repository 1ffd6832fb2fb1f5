"""What stands above every page: whether its figures are of now, and whether they are all there."""

from services.monitoring.dashboards.parts import NONE_IS_GOOD, Measure, Query, Row, Step, number
from services.monitoring.thresholds import STALE_MINUTES_MAX
from services.monitoring.wording import Words

AGE = "time() - max (duecourse_projection_snapshot_timestamp_seconds)"


def freshness() -> Row:
    """One line of six numbers."""
    stale = 60 * STALE_MINUTES_MAX
    return Row(
        Words("Can these figures be believed?", "Số liệu có tin cậy không?"),
        (
            number(
                Words("Age of figures", "Độ trễ"),
                Words(
                    "Seconds since the exporter last read the database. Over five minutes: the figures are old.",
                    "Số giây kể từ lần cuối đọc cơ sở dữ liệu. Quá năm phút là số liệu đã cũ.",
                ),
                Query(expression=AGE),
                measure=Measure.SECONDS,
                steps=(Step(None, "green"), Step(60, "orange"), Step(stale, "red")),
                empty="no exporter · chưa có",
            ),
            number(
                Words("Last record", "Bản ghi cuối"),
                Words(
                    "When the last record that counts was written to the log. At night and on days off it is old.",
                    "Thời điểm ghi nhận bản ghi cuối cùng đã tính. Ban đêm và ngày nghỉ có thể đã lâu.",
                ),
                Query(expression="1000 * max (duecourse_projection_watermark_timestamp_seconds)"),
                measure=Measure.MOMENT,
                empty="nothing yet · chưa có",
            ),
            number(
                Words("Waiting", "Đang chờ"),
                Words(
                    "Records in the log that no figure contains yet.",
                    "Số bản ghi trong nhật ký chưa được tính vào số liệu.",
                ),
                Query(expression="sum (duecourse_projection_lag_events)"),
                steps=(Step(None, "green"), Step(1_000, "orange"), Step(10_000, "red")),
                empty="unknown · không rõ",
            ),
            number(
                Words("Halted", "Phân vùng dừng"),
                Words(
                    "Partitions with a hole in the log: what lies behind it is in no figure.",
                    "Phân vùng bị thiếu bản ghi: phần phía sau chưa có trong số liệu.",
                ),
                Query(expression="sum (duecourse_projection_halted)"),
                steps=NONE_IS_GOOD,
                empty="unknown · không rõ",
            ),
            number(
                Words("Refused, 24 h", "Từ chối"),
                Words(
                    "Records of the last 24 hours that became dead letters: their facts are in no figure.",
                    "Bản ghi bị từ chối trong 24 giờ qua: không có trong số liệu.",
                ),
                Query(expression="sum (increase(duecourse_dead_letters_total[1d]))"),
                steps=(Step(None, "green"), Step(1, "orange")),
                empty="unknown · không rõ",
            ),
            number(
                Words("Differences", "Sai lệch"),
                Words(
                    "Figures that the second implementation counts otherwise (`duecourse verify`).",
                    "Số liệu mà bộ tính thứ hai cho kết quả khác (`duecourse verify`).",
                ),
                Query(expression="max (duecourse_verification_differences)"),
                steps=NONE_IS_GOOD,
                empty="not checked · chưa kiểm",
            ),
        ),
    )
