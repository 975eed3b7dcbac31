"""Both languages are complete, and say the same things."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def _messages(root: Path, language: str) -> dict[str, tuple[str, bool]]:
    path = root / "eventapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return {
            str(it.id): (str(it.string), it.fuzzy) for it in read_po(file, locale=language) if it.id
        }


@pytest.fixture(scope="module")
def sources(root: Path) -> set[str]:
    """Every message that the sources hold."""
    script = "import catalogues as c; print(*[repr(m.id) for m in c.extract() if m.id], sep='\\n')"
    out = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root / "tools",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {str(eval(line)) for line in out.splitlines()}  # noqa: S307 - our own tool's output


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_message_has_its_translation(root: Path, sources: set[str], language: str) -> None:
    messages = _messages(root, language)
    missing = sorted(it for it in sources if not messages.get(it, ("", False))[0])
    assert missing == [], "run `make catalogues` and translate these"
    assert sorted(messages.keys() - sources) == [], "run `make catalogues`: these are gone"
    assert [it for it, (_, fuzzy) in messages.items() if fuzzy] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_placeholders_are_kept(root: Path, language: str) -> None:
    for message, (translation, _) in _messages(root, language).items():
        assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translation)), (
            message
        )


def test_english_says_what_the_sources_say(root: Path) -> None:
    assert all(id_ == text for id_, (text, _) in _messages(root, "en").items())


def test_vietnamese_is_not_english(root: Path) -> None:
    same = {id_ for id_, (text, _) in _messages(root, "vi").items() if id_ == text}
    # Words that are the same in both.
    assert same <= {
        "PDF",
        "A3",
        "A4",
        "A5",
        "E-mail",
        "XLSX",
        "PDF (A5)",
        "Email",
        "%(from)s – %(to)s",
        "Trần Thị B",
        "{decision}: {request}",
    }
