"""Compiles the message catalogues when a wheel or an editable installation is made."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Writes a ``messages.mo`` beside each ``messages.po``; they are not kept in git."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue whose source is newer."""
        for source in Path(self.root, "eventapp", "translations").glob("*/LC_MESSAGES/messages.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                with source.open("rb") as po, target.open("wb") as mo:
                    write_mo(mo, read_po(po))
