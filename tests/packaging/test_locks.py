"""What is installed is pinned by hashes and names nowhere to fetch it from."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes(root: Path, name: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (root / name).read_text())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("name", LOCKS)
def test_no_registry_or_folder_is_named(root: Path, name: str) -> None:
    text = (root / name).read_text()
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|@ /", text)


def test_every_dependency_has_its_reason(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = project["project"]["dependencies"] + [it for group in groups for it in group]
    page = (root / "docs" / "dependencies.md").read_text()
    missing = [
        name for it in wanted if f"`{(name := re.split(r'[^A-Za-z0-9_-]', it)[0])}`" not in page
    ]
    assert missing == []


def test_vendored_files_are_what_their_table_says(root: Path) -> None:
    folder = root / "static" / "vendor"
    rows = re.findall(r"`([^`]+)` \| `([0-9a-f]{64})`", (folder / "VERSIONS.md").read_text())
    assert len(rows) >= 5
    for path, digest in rows:
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest, path
