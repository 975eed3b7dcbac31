"""Files are known by their content, whatever they are called."""

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eventapp import media
from eventapp.media import (
    JPEG,
    PAPERS_AND_PICTURES,
    PDF,
    PNG,
    WEBP,
    FileRefused,
    Refusal,
    clean_name,
)
from tests.media.papers import chunk, huge_png, paper, picture

MAX_BYTES = 5 * 1024 * 1024


def recognise(content: bytes) -> tuple[str, bytes]:
    return media.recognise(content, PAPERS_AND_PICTURES, MAX_BYTES)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("PNG"), PNG),
        (picture("JPEG"), JPEG),
        (picture("JPEG", progressive=True, exif=b"Exif\0\0" + b"\xff\xd9" * 9), JPEG),
        (picture("WEBP"), WEBP),
        (picture("WEBP", lossless=True), WEBP),
        (picture("WEBP", exif=b"Exif\0\0II*\0"), WEBP),
        (paper(), PDF),
    ],
)
def test_a_picture_or_a_paper(content: bytes, media_type: str) -> None:
    assert recognise(content)[0] == media_type


def test_a_moving_webp() -> None:
    stream = io.BytesIO()
    first = Image.new("RGB", (30, 20))
    first.save(stream, "WEBP", save_all=True, append_images=[Image.new("RGB", (30, 20), "red")])
    assert recognise(stream.getvalue())[0] == WEBP


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_hangs_behind_a_picture_is_cut_off(kind: str) -> None:
    content = picture(kind)
    assert recognise(content + b"PK\x03\x04<script>alert(1)</script>")[1] == content


def test_what_hangs_behind_a_paper_is_cut_off() -> None:
    content = paper()
    assert recognise(content + b"<script>")[1] == content.rstrip()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_a_truncated_picture_is_broken(kind: str, share: float) -> None:
    content = picture(kind)
    assert refusal(content[: int(len(content) * share)]) == Refusal.BROKEN


def test_a_truncated_paper_is_broken() -> None:
    assert refusal(paper()[:-60]) == Refusal.BROKEN


def test_a_paper_before_a_long_tail_is_broken() -> None:
    assert refusal(paper() + b"PK\x03\x04" * 1000) == Refusal.BROKEN


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>%PDF-1.4",
        b"GIF89a\x01\x00\x01\x00",
        b"PK\x03\x04",
        b"MZ\x90\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"%PDF-",
        b" ",
    ],
)
def test_what_is_neither_is_unknown(content: bytes) -> None:
    assert refusal(content) == Refusal.UNKNOWN


def test_nothing_is_empty() -> None:
    assert refusal(b"") == Refusal.EMPTY


def test_a_byte_too_many_is_too_large() -> None:
    content = picture()
    assert recognise(content.ljust(MAX_BYTES, b"\0"))[1] == content
    assert refusal(content.ljust(MAX_BYTES + 1, b"\0")) == Refusal.TOO_LARGE


def test_a_picture_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    assert refusal(huge_png(30_000, 30_000)) == Refusal.TOO_MANY_PIXELS
    assert recognise(huge_png(8_000, 5_000))[0] == PNG
    assert refusal(huge_png(0, 5)) == Refusal.BROKEN


def test_a_png_whose_checksum_is_wrong_is_broken() -> None:
    content = bytearray(picture())
    content[60] ^= 1
    assert refusal(bytes(content)) == Refusal.BROKEN


def test_a_png_without_a_picture_is_broken() -> None:
    begin = huge_png(5, 5)[:33]
    assert refusal(begin + chunk(b"IEND", b"")) == Refusal.BROKEN


def test_a_jpeg_without_an_end_takes_no_time() -> None:
    begun = time.perf_counter()
    assert refusal(b"\xff\xd8\xff\xda\0\x02" + b"\xff" * (MAX_BYTES - 6)) == Refusal.BROKEN
    assert refusal(picture("JPEG")[:-2].ljust(MAX_BYTES, b"\xff")) == Refusal.BROKEN
    assert time.perf_counter() - begun < 3


@given(
    st.sampled_from([picture("PNG"), picture("JPEG"), picture("WEBP"), paper()]),
    st.data(),
)
def test_damage_is_refused_or_harmless(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        _type, kept = recognise(bytes(damaged))
    except FileRefused:
        return
    assert bytes(damaged).startswith(kept)


@given(st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]))
def test_no_bytes_are_a_fault_of_ours(content: bytes, begins: bytes) -> None:
    try:
        recognise(begins + content)
    except FileRefused:
        return


@pytest.mark.parametrize(
    ("name", "media_type", "cleaned"),
    [
        ("Ảnh thẻ.PNG", PNG, "Ảnh thẻ.png"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\An\\giấy.pdf", PDF, "giấy.pdf"),
        ("ảnh\u202egnp.exe", PNG, "ảnhgnp.png"),
        ("a\r\nSet-Cookie: x=1.pdf", PDF, "a Set-Cookie x=1.pdf"),
        ('"><script>.jpg', JPEG, "script.jpg"),
        ("...", PDF, "file.pdf"),
        ("", WEBP, "file.webp"),
        ("ă" * 300, PDF, "ă" * 96 + ".pdf"),
    ],
)
def test_a_name_without_paths_and_marks(name: str, media_type: str, cleaned: str) -> None:
    assert clean_name(name, media_type) == cleaned


def refusal(content: bytes) -> Refusal:
    with pytest.raises(FileRefused) as caught:
        recognise(content)
    return caught.value.reason
