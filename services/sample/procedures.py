"""The procedures of the sample province: what people apply for, and the legal limit of each."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class SampleProcedure:
    """`owner` is the code of a department, or the level (district, commune) that decides it;
    `limit` is 3 to 30 working days."""

    code: str
    owner: str
    limit: int
    group: str
    name: str


@cache
def province_procedures() -> tuple[SampleProcedure, ...]:
    """All procedures; the commonest of an owner first."""
    return tuple(SampleProcedure(*row) for row in _ROWS)


_ROWS: tuple[tuple[str, str, int, str, str], ...] = (
    ("1.012766", "H99.01", 10, "Đất đai", "Đăng ký biến động quyền sử dụng đất"),
    ("1.012783", "H99.01", 15, "Đất đai", "Cấp đổi Giấy chứng nhận quyền sử dụng đất"),
    ("1.012753", "H99.01", 20, "Đất đai", "Đăng ký đất đai lần đầu đối với tổ chức"),
    ("1.010733", "H99.01", 30, "Môi trường", "Thẩm định báo cáo đánh giá tác động môi trường"),
    ("1.004223", "H99.01", 28, "Tài nguyên nước", "Cấp giấy phép khai thác nước mặt"),
    ("2.000488", "H99.02", 10, "Lý lịch tư pháp", "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam"),
    ("2.001417", "H99.02", 8, "Lý lịch tư pháp", "Cấp Phiếu lý lịch tư pháp cho cơ quan nhà nước"),
    ("1.001071", "H99.02", 15, "Công chứng", "Đăng ký tập sự hành nghề công chứng"),
    ("2.001610", "H99.03", 3, "Doanh nghiệp", "Đăng ký thành lập doanh nghiệp tư nhân"),
    ("1.005169", "H99.03", 3, "Doanh nghiệp", "Đăng ký thay đổi địa chỉ trụ sở chính"),
    ("1.009645", "H99.03", 25, "Đầu tư", "Chấp thuận chủ trương đầu tư"),
    ("1.002809", "H99.04", 5, "Đường bộ", "Đổi giấy phép lái xe do ngành Giao thông cấp"),
    ("2.001002", "H99.04", 5, "Đường bộ", "Cấp giấy phép lái xe quốc tế"),
    ("1.000660", "H99.04", 8, "Đường bộ", "Công bố đưa bến xe khách vào khai thác"),
    ("1.009972", "H99.05", 20, "Xây dựng", "Thẩm định báo cáo nghiên cứu khả thi đầu tư xây dựng"),
    ("1.009978", "H99.05", 20, "Xây dựng", "Cấp giấy phép xây dựng công trình cấp I, II"),
    ("1.009986", "H99.05", 20, "Xây dựng", "Cấp chứng chỉ hành nghề hoạt động xây dựng hạng II"),
    ("1.012289", "H99.06", 20, "Y tế", "Cấp giấy phép hành nghề khám bệnh, chữa bệnh"),
    ("1.004593", "H99.06", 20, "Dược", "Cấp giấy chứng nhận đủ điều kiện kinh doanh dược"),
    ("1.004459", "H99.06", 5, "Dược", "Công bố cơ sở đủ điều kiện bán lẻ thuốc"),
    ("2.000033", "H99.07", 5, "Xúc tiến thương mại", "Thông báo hoạt động khuyến mại"),
    ("2.000674", "H99.07", 20, "Kinh doanh xăng dầu", "Xác nhận đủ điều kiện làm tổng đại lý xăng dầu"),
    ("1.000105", "H99.08", 10, "Việc làm", "Báo cáo giải trình nhu cầu sử dụng người lao động nước ngoài"),
    ("2.000205", "H99.08", 5, "Việc làm", "Cấp giấy phép lao động cho người lao động nước ngoài"),
    ("1.010801", "H99.08", 24, "Người có công", "Giải quyết chế độ trợ cấp đối với thân nhân liệt sĩ"),
    ("1.004493", "H99.09", 10, "Bảo vệ thực vật", "Cấp giấy chứng nhận đủ điều kiện buôn bán thuốc"),
    ("1.003524", "H99.09", 15, "Thủy sản", "Cấp giấy phép khai thác thủy sản"),
    ("2.001827", "H99.09", 15, "Quản lý chất lượng", "Cấp giấy chứng nhận an toàn thực phẩm"),
    ("1.005143", "H99.10", 5, "Văn bằng", "Công nhận bằng tốt nghiệp do cơ sở nước ngoài cấp"),
    ("1.004889", "H99.10", 20, "Giáo dục", "Cho phép trung tâm ngoại ngữ hoạt động giáo dục"),
    ("1.003738", "H99.11", 10, "Du lịch", "Cấp thẻ hướng dẫn viên du lịch nội địa"),
    ("1.004645", "H99.11", 5, "Quảng cáo", "Thông báo sản phẩm quảng cáo trên bảng, băng rôn"),
    ("2.002380", "H99.12", 25, "An toàn bức xạ", "Cấp giấy phép tiến hành công việc bức xạ"),
    ("2.001209", "H99.12", 5, "Đo lường chất lượng", "Công bố sử dụng dấu định lượng"),
    ("1.003659", "H99.13", 10, "Bưu chính", "Cấp giấy phép bưu chính"),
    ("2.001765", "H99.13", 15, "Báo chí", "Cấp giấy phép thiết lập trang thông tin điện tử tổng hợp"),
    ("1.012392", "H99.14", 25, "Thi đua, khen thưởng", "Tặng thưởng Bằng khen cấp tỉnh"),
    ("1.003503", "H99.14", 30, "Tổ chức phi chính phủ", "Thành lập hội"),
    ("2.002206", "H99.15", 3, "Tin học - Thống kê", "Đăng ký mã số đơn vị có quan hệ với ngân sách"),
    ("1.005434", "H99.15", 30, "Quản lý công sản", "Mua quyển hóa đơn bán tài sản công"),
    ("2.002311", "H99.16", 7, "Lãnh sự", "Cho phép sử dụng thẻ đi lại doanh nhân"),
    ("2.002313", "H99.16", 15, "Hội nghị quốc tế", "Cho chủ trương đăng cai tổ chức hội nghị quốc tế"),
    ("1.009742", "H99.17", 15, "Đầu tư", "Cấp giấy chứng nhận đăng ký đầu tư trong khu công nghiệp"),
    ("2.001955", "H99.17", 7, "Lao động", "Đăng ký nội quy lao động"),
    ("1.004875", "H99.18", 5, "Công tác dân tộc", "Công nhận người có uy tín"),
    ("1.012222", "H99.19", 12, "Khen thưởng", "Trình khen thưởng đột xuất"),
    ("2.001907", "H99.20", 30, "Giải quyết khiếu nại", "Giải quyết khiếu nại lần hai"),
    ("2.002499", "H99.20", 10, "Tiếp công dân", "Xử lý đơn tại cấp tỉnh"),
    ("1.001612", "district", 3, "Hộ kinh doanh", "Đăng ký thành lập hộ kinh doanh"),
    ("1.009994", "district", 15, "Xây dựng", "Cấp giấy phép xây dựng nhà ở riêng lẻ"),
    ("2.000528", "district", 5, "Hộ tịch", "Đăng ký khai sinh có yếu tố nước ngoài"),
    ("2.000806", "district", 13, "Hộ tịch", "Đăng ký kết hôn có yếu tố nước ngoài"),
    ("1.012817", "district", 20, "Đất đai", "Chuyển mục đích sử dụng đất của hộ gia đình"),
    ("2.001885", "district", 10, "Văn hóa", "Cấp giấy chứng nhận điểm trò chơi điện tử công cộng"),
    ("2.000815", "commune", 3, "Chứng thực", "Chứng thực bản sao từ bản chính"),
    ("1.001193", "commune", 3, "Hộ tịch", "Đăng ký khai sinh"),
    ("1.004873", "commune", 3, "Hộ tịch", "Cấp giấy xác nhận tình trạng hôn nhân"),
    ("1.000894", "commune", 3, "Hộ tịch", "Đăng ký kết hôn"),
    ("1.000656", "commune", 3, "Hộ tịch", "Đăng ký khai tử"),
    ("2.000635", "commune", 3, "Hộ tịch", "Cấp bản sao trích lục hộ tịch"),
    ("1.001776", "commune", 22, "Bảo trợ xã hội", "Hưởng trợ cấp xã hội hằng tháng"),
    ("1.001653", "commune", 5, "Bảo trợ xã hội", "Đổi, cấp lại giấy xác nhận khuyết tật"),
    ("1.011606", "commune", 15, "Giảm nghèo", "Công nhận hộ nghèo, hộ cận nghèo thường xuyên"),
    ("1.003554", "commune", 30, "Đất đai", "Hòa giải tranh chấp đất đai"),
)
