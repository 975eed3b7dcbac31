"""Files of office programs are known by what is in the zip, and run nothing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.media import PAPERS_AND_SLIDES, FileRefused, Refusal, office, recognise
from eventapp.media.office import DOCX, ODP, ODT, PPTX
from tests.media.papers import archive, open_document, paper, picture, slides, text_document

MAX_BYTES = 25 * 1024 * 1024


def kind_of(content: bytes) -> str:
    return recognise(content, PAPERS_AND_SLIDES, MAX_BYTES)[0]


def refusal(content: bytes) -> Refusal:
    with pytest.raises(FileRefused) as caught:
        kind_of(content)
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (slides(), PPTX),
        (slides({"ppt/media/image1.png": picture()}), PPTX),
        (text_document(), DOCX),
        (open_document(), ODP),
        (open_document("text"), ODT),
    ],
)
def test_slides_and_papers(content: bytes, media_type: str) -> None:
    assert recognise(content, PAPERS_AND_SLIDES, MAX_BYTES) == (media_type, content)


def test_a_kind_that_is_not_asked_for_is_unknown() -> None:
    assert refusal(picture("WEBP")) == Refusal.UNKNOWN
    with pytest.raises(FileRefused, match="unknown"):
        recognise(slides(), ("application/pdf",), MAX_BYTES)


@pytest.mark.parametrize(
    "content",
    [
        archive({"readme.txt": b"a zip"}),
        archive({"mimetype": b"application/epub+zip", "content.xml": b""}),
        archive({"mimetype": b"application/vnd.oasis.opendocument.presentation"}),
        slides(main="xl/workbook.xml", kind="spreadsheetml.sheet"),
        slides(kind="presentationml.template"),
        archive({"ppt/presentation.xml": b"", "[Content_Types].xml": b"<Types/>"}),
    ],
)
def test_another_zip_is_unknown(content: bytes) -> None:
    assert refusal(content) == Refusal.UNKNOWN


@pytest.mark.parametrize(
    "content",
    [
        slides({"ppt/vbaProject.bin": b"x"}),
        text_document({"word/VBAPROJECT.BIN": b"x"}),
        slides({"ppt/activeX/activeX1.xml": b"x"}),
        slides(kind="presentationml.presentation.macroEnabled"),
        open_document(extra={"Basic/Standard/Module1.xml": b"x"}),
        open_document(extra={"Scripts/python/run.py": b"x"}),
    ],
)
def test_macros(content: bytes) -> None:
    assert refusal(content) == Refusal.MACROS


def test_encrypted() -> None:
    assert refusal(open_document(manifest=b"<manifest:encryption-data/>")) == Refusal.ENCRYPTED
    flagged = bytearray(slides())
    flagged[6] |= 1  # in the entry's own head
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1  # and in the list at the end
    assert refusal(bytes(flagged)) == Refusal.ENCRYPTED


def test_what_unpacks_to_too_much_is_refused() -> None:
    bomb = slides({"ppt/media/zeros.bin": b"\0" * (office.MAX_UNPACKED + 1)})
    assert len(bomb) < 1_000_000
    assert refusal(bomb) == Refusal.UNPACKS_TOO_LARGE


def test_a_size_that_is_a_lie_is_not_believed() -> None:
    lying = bytearray(slides({"ppt/media/zeros.bin": b"\0" * 1_000_000}))
    for at in (lying.rindex(b"PK\x03\x04") + 22, lying.rindex(b"PK\x01\x02") + 24):
        struct.pack_into("<I", lying, at, 10)
    assert refusal(bytes(lying)) == Refusal.BROKEN


def test_too_many_entries() -> None:
    many = slides({f"ppt/media/{n}": b"" for n in range(office.MAX_ENTRIES)})
    assert refusal(many) == Refusal.UNPACKS_TOO_LARGE


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "ppt\\..\\..\\x"])
def test_names_that_lead_elsewhere(name: str) -> None:
    assert refusal(slides({name: b"x"})) == Refusal.BROKEN


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_file_is_broken(share: float) -> None:
    content = slides({"ppt/media/image1.png": picture()})
    assert refusal(content[: int(len(content) * share)]) == Refusal.BROKEN


def test_a_damaged_entry_is_broken() -> None:
    content = bytearray(slides({"ppt/media/image1.png": picture()}))
    content[content.index(b"image1.png") + 40] ^= 0xFF
    assert refusal(bytes(content)) == Refusal.BROKEN


@given(st.sampled_from([slides(), open_document(), paper()]), st.data())
def test_no_bytes_are_a_fault_of_ours(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert kind_of(bytes(damaged)) in PAPERS_AND_SLIDES
    except FileRefused:
        return
