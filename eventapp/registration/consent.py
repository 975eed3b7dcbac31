"""What people consent to when they register, word for word.

The wording is kept here and not in the catalogues: a consent is recorded with the version that
was shown, so a version, once used, never changes. A new wording is a new version.
Sources: Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 and Nghị định 13/2023/NĐ-CP, which ask for
the purpose, the kinds of data, who processes them, how long, and the rights of the person.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from eventapp.events.models import Event

CURRENT = "2026-01"
# Kept after the last day, when the event names no day of its own.
_RETENTION = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Wording:
    """One version in one language: paragraphs as (heading, text)."""

    paragraphs: tuple[tuple[str, str], ...]

    def filled(self, event: Event) -> list[tuple[str, str]]:
        """The paragraphs with what belongs to the event in its places."""
        values = {
            "organiser": " – ".join(filter(None, (event.organiser, event.co_organiser))),
            "until": f"{retained_until(event):%d/%m/%Y}",
            "contact": ", ".join(
                filter(None, (event.contact_name, event.contact_phone, event.contact_email))
            )
            or event.organiser,
        }
        return [(heading, text.format(**values)) for heading, text in self.paragraphs]


def wording(language: str, version: str = CURRENT) -> Wording:
    """A version in ``vi`` or ``en``. Raises KeyError for a version that never was."""
    return _WORDINGS[version][language]


def retained_until(event: Event) -> date:
    """The day after which names, contacts and codes are anonymised."""
    if event.retention_until:
        return event.retention_until
    # An event of long ago that is entered only now is not over when it begins.
    last = max([event.created_at.date(), *(day.date for day in event.days)])
    return last + _RETENTION


_WORDINGS = {
    "2026-01": {
        "vi": Wording(
            (
                (
                    "Mục đích",
                    "Ban Tổ chức ({organiser}) xử lý thông tin trong phiếu này chỉ để tổ chức "
                    "hội nghị: lập danh sách đại biểu, in thẻ, điểm danh, bố trí tập huấn, "
                    "tham quan, ăn uống và liên hệ với đại biểu khi cần.",
                ),
                (
                    "Dữ liệu",
                    "Họ tên, chức vụ, cơ quan, thư điện tử, điện thoại, ngày dự, lớp tập huấn, "
                    "nguyện vọng tham quan; chế độ ăn và nhu cầu hỗ trợ nếu đại biểu tự khai. "
                    "Chế độ ăn và nhu cầu hỗ trợ có thể là dữ liệu cá nhân nhạy cảm; "
                    "đại biểu có thể bỏ trống.",
                ),
                (
                    "Người được biết",
                    "Chỉ Ban Tổ chức và cán bộ phục vụ hội nghị. Dữ liệu không được mua bán, "
                    "không dùng để quảng cáo.",
                ),
                (
                    "Thời hạn lưu",
                    "Đến hết ngày {until}; sau đó họ tên, thông tin liên hệ và mã thẻ được "
                    "khử nhận dạng, chỉ giữ số liệu thống kê.",
                ),
                (
                    "Quyền của đại biểu",
                    "Xem, sửa, yêu cầu xóa dữ liệu, hạn chế hoặc phản đối việc xử lý, khiếu nại, "
                    "và rút lại sự đồng ý bất cứ lúc nào bằng cách hủy đăng ký tại đường dẫn "
                    "riêng hoặc liên hệ {contact}. Rút lại sự đồng ý không ảnh hưởng đến việc "
                    "xử lý đã thực hiện trước đó.",
                ),
                (
                    "Căn cứ",
                    "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15; Nghị định số 13/2023/NĐ-CP.",
                ),
            )
        ),
        "en": Wording(
            (
                (
                    "Purpose",
                    "The organisers ({organiser}) process what you enter here only to run the "
                    "conference: the list of delegates, badges, check-in, places in training, "
                    "visits and meals, and to reach you when needed.",
                ),
                (
                    "Data",
                    "Name, position, organisation, e-mail, phone, days, training class, wishes "
                    "for visits; diet and needs if you choose to tell us. Diet and needs may be "
                    "sensitive personal data; you may leave them empty.",
                ),
                (
                    "Who sees it",
                    "The organisers and the staff of the conference only. It is not sold and not "
                    "used for advertising.",
                ),
                (
                    "Kept until",
                    "{until}; after that names, contacts and pass codes are anonymised and only "
                    "statistics stay.",
                ),
                (
                    "Your rights",
                    "To see, correct or have erased what we hold, to restrict or object to its "
                    "processing, to complain, and to withdraw your consent at any time, by "
                    "cancelling on your personal page or by writing to {contact}. Withdrawing "
                    "does not affect what was done before.",
                ),
                (
                    "Legal basis",
                    "Law on Personal Data Protection No. 91/2025/QH15; Decree No. 13/2023/NĐ-CP.",
                ),
            )
        ),
    }
}
