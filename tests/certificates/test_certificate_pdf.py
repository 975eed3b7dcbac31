"""Certificates as other programs see them: what is said, how large, where, and the QR code."""

import io
import zipfile
from dataclasses import replace

import pytest

from eventapp.certificates.certificate_pdf import (
    HEIGHT,
    WIDTH,
    Form,
    Holder,
    NoCertificates,
    Words,
    write_certificates,
    write_certificates_apart,
)
from eventapp.pdf import MM, artwork
from tests.pdf.pictures import codes, lines_of, needs_poppler, opened, pictures, text_of

ADDRESS = "https://hoi-nghi.example/c/"
TITLE = (
    "Hội nghị tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP ngày 10/4/2007 của Chính phủ về "
    "ứng dụng công nghệ thông tin trong hoạt động của cơ quan nhà nước và tập huấn Nghị định số "
    "102/2009/NĐ-CP về quản lý đầu tư ứng dụng công nghệ thông tin khu vực miền Bắc"
)
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
FORM = Form(
    issuer="Ban Tổ chức Hội nghị",
    address=ADDRESS,
    parent="Bộ Thông tin và Truyền thông",
    signature=("TM. Ban Tổ chức", "Trưởng ban"),
    signatory="Nguyễn Minh Hồng",
)
HOLDER = Holder(
    name="Nguyễn Thị Thu Hương",
    number="12/GCN-BTC",
    code="7QXJ4M2K9TBC",
    place_and_date="Bắc Ninh, ngày 17 tháng 11 năm 2012",
    file_stem="Bắc Ninh Nguyễn Thị Thu Hương",
    title="Tập huấn quản lý đầu tư ứng dụng công nghệ thông tin",
    position="Phó Giám đốc",
    organisation="Sở Thông tin và Truyền thông, tỉnh Bắc Ninh",
    when="Thời gian: 16–17/11/2012; thời lượng: 4 giờ 30 phút",
)
NAMES = (
    "Ý",
    "Đỗ Ngọc Ước",
    "Công Tằng Tôn Nữ Nguyễn Phúc Thị Phương Thảo Ngọc Quỳnh Hương",
    "H'Hen Niê Kđăm",
    "Lò Thị Păng (Giàng A Sình)",
    "W" * 60,
    "Nguyễn " * 17 + "A",
)


def written(holders, form=FORM):
    stream = io.BytesIO()
    assert write_certificates(form, holders, stream) == len(holders)
    return stream.getvalue()


@needs_poppler
def test_it_says_all_that_a_certificate_says():
    text = " ".join(text_of(written([HOLDER])).split())
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BỘ THÔNG TIN VÀ TRUYỀN THÔNG",
        "BAN TỔ CHỨC HỘI NGHỊ",
        "GIẤY CHỨNG NHẬN",
        "Chứng nhận ông/bà:",
        "Nguyễn Thị Thu Hương",
        "Chức vụ: Phó Giám đốc",
        "Đơn vị: Sở Thông tin và Truyền thông, tỉnh Bắc Ninh",
        "đã hoàn thành chương trình tập huấn",
        HOLDER.title,
        HOLDER.when,
        "Số vào sổ: 12/GCN-BTC",
        "Mã tra cứu: 7QXJ 4M2K 9TBC",
        "Bắc Ninh, ngày 17 tháng 11 năm 2012",
        "TM. BAN TỔ CHỨC",
        "TRƯỞNG BAN",
        "Nguyễn Minh Hồng",
    ):
        assert words in text


def test_it_is_a4_landscape_and_what_it_claims_to_be():
    document = opened(written([HOLDER], replace(FORM, logo=artwork.of(LOGO, artwork.SVG))))
    box = [float(it) / MM for it in document.pages[0].MediaBox]
    assert box == pytest.approx([0, 0, WIDTH, HEIGHT], abs=0.01) and WIDTH > HEIGHT
    assert document.Root.Lang == "vi"
    assert str(document.docinfo["/Author"]) == FORM.issuer
    assert str(document.docinfo["/Title"]) == "Giấy chứng nhận"


def test_names_are_as_large_as_fits_and_stay_inside():
    for name in NAMES:
        lines = lines_of(written([replace(HOLDER, name=name, title=TITLE)]))
        for line in lines:
            assert line.left > 18 and line.right < WIDTH - 18, line
            assert line.top > 18 and line.baseline < HEIGHT - 17, line
        letters = "".join(it.text for it in lines).replace(" ", "")
        assert name.replace(" ", "") in letters
    sizes = {
        name: max(it.size for it in lines_of(written([replace(HOLDER, name=name)])) if it.top > 84)
        for name in NAMES
    }
    assert sizes["Ý"] == sizes["Đỗ Ngọc Ước"] == 40
    assert 20 < sizes[NAMES[2]] < 40


def test_nothing_lies_upon_anything_else():
    tricky = replace(
        HOLDER,
        name=NAMES[2],
        title=TITLE,
        title_below="Conference reviewing five years of Decree 64/2007/ND-CP on information "
        "technology in state bodies and training on Decree 102/2009/ND-CP, Northern region",
        position="Phó Chủ tịch Thường trực Ủy ban nhân dân tỉnh kiêm Trưởng Ban Chỉ đạo "
        "chuyển đổi số và ứng dụng công nghệ thông tin",
        organisation="Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và "
        "Truyền thông, tỉnh Bắc Ninh, khu vực đồng bằng sông Hồng và các tỉnh lân cận",
        note="Cấp lại lần 1, ngày 20/11/2012",
    )
    for holder in (HOLDER, tricky, replace(tricky, title_below="", position="")):
        lines = lines_of(written([holder]))
        for at, one in enumerate(lines):
            for other in lines[at + 1 :]:
                if (one.baseline, one.font) == (other.baseline, other.font):
                    continue  # one line: slanted letters reach over each other
                apart = other.left > one.right or other.right < one.left
                below = other.baseline - one.baseline > 0.6 * max(one.size, other.size) / MM
                assert apart or below, (one, other)


@needs_poppler
def test_every_code_leads_to_its_own_certificate(tmp_path):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    wanted = [
        "".join(alphabet[(7 * at + 5 * place + at * place) % 32] for place in range(12))
        for at in range(75)
    ]
    pdf = written([replace(HOLDER, code=code) for code in wanted])
    assert codes(pdf, tmp_path) == [ADDRESS + code for code in wanted]


@needs_poppler
def test_the_frame_is_all_around_and_stored_once(tmp_path):
    pdf = written([HOLDER] * 3)
    pages = opened(pdf).pages
    assert len(pages[0].Resources.XObject) == 1
    assert all(page.Contents.read_bytes().count(b" Do") == 1 for page in pages)
    for page in pictures(pdf, tmp_path, dpi=72):
        for edge in (
            page.crop((20, 100, 50, 500)),
            page.crop((page.width - 50, 100, page.width - 20, 500)),
            page.crop((200, 20, 600, 50)),
            page.crop((200, page.height - 50, 600, page.height - 20)),
        ):
            assert edge.getextrema()[0] < 120
        assert page.crop((0, 0, 20, page.height)).getextrema()[0] == 255


def test_both_languages_stand_below_one_another():
    words = Words(
        kind_below="Certificate of training", certifies="Chứng nhận ông/bà / This is to certify"
    )
    lines = lines_of(
        written([replace(HOLDER, title_below="Training on Decree 102")], replace(FORM, words=words))
    )
    where = {"".join(it.text.split()): it.baseline for it in lines}
    assert where["GIẤYCHỨNGNHẬN"] < where["Certificateoftraining"]
    assert where["".join(HOLDER.title.split())] < where["TrainingonDecree102"]


def test_the_same_certificates_give_the_same_bytes():
    assert written([HOLDER] * 3) == written([HOLDER] * 3)


def test_none_is_said_and_nothing_is_written():
    for write in (write_certificates, write_certificates_apart):
        stream = io.BytesIO()
        with pytest.raises(NoCertificates):
            write(FORM, [], stream)
        assert stream.getvalue() == b""


def test_each_in_a_file_of_its_own_with_a_readable_name():
    stream = io.BytesIO()
    others = [HOLDER, HOLDER, replace(HOLDER, name="Ý", file_stem="Ý")]
    assert write_certificates_apart(FORM, others, stream) == 3
    with zipfile.ZipFile(stream) as archive:
        assert archive.namelist() == [
            "giay-chung-nhan-Bac-Ninh-Nguyen-Thi-Thu-Huong.pdf",
            "giay-chung-nhan-Bac-Ninh-Nguyen-Thi-Thu-Huong-2.pdf",
            "giay-chung-nhan-Y.pdf",
        ]
        assert len(opened(archive.read("giay-chung-nhan-Y.pdf")).pages) == 1
