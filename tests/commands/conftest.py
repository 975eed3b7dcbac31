"""Installations of eventapp: empty, with tables, or with a small demo in them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.commands.command_line import Installation
from tests.commands.processes import empty_database


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[[], Installation]]:
    """Make as many installations as wanted, each with an empty database."""
    with ExitStack() as stack:
        made = 0

        def make() -> Installation:
            nonlocal made
            made += 1
            folder = tmp_path / f"installation-{made}"
            folder.mkdir()
            return Installation(stack.enter_context(empty_database(folder)), folder)

        yield make


@pytest.fixture
def installation(install: Callable[[], Installation]) -> Installation:
    """One with an empty database."""
    return install()
