"""The parts of an XLSX package (ECMA-376): where its sheets are, and what its styles show."""

import posixpath

from eventapp.tables.package import Package, Stop
from eventapp.tables.refusals import NotATable, Seems
from eventapp.tables.values import format_kind

# The built-in formats that show a date or a time; 27 to 36 and 50 to 58 are East Asian dates.
_DATES = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
_TIMES = {18, 19, 20, 21, 45, 46, 47}


class Workbook:
    """Where the sheets, the texts and the number formats are."""

    def __init__(self, package: Package) -> None:
        roots = _relations(package, "_rels/.rels", "")
        main = next((it for kind, it in roots.values() if kind == "officeDocument"), None)
        if main is None or main not in package:
            raise NotATable(Seems.BROKEN)
        folder, name = posixpath.split(main)
        related = _relations(package, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
        kinds = dict(related.values())
        self.strings_part = kinds.get("sharedStrings")
        self.sheets: dict[str, tuple[str, bool]] = {}
        """Name to part and whether it is hidden, in order."""
        self.from_1904 = False
        found: list[tuple[str, str, bool]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            local = tag.rpartition(":")[2]
            if local == "workbookPr":
                self.from_1904 = attributes.get("date1904") in ("1", "true")
            elif local == "sheet":
                link = next((it for key, it in attributes.items() if key.endswith(":id")), "")
                hidden = attributes.get("state", "visible") != "visible"
                found.append((attributes.get("name", ""), link, hidden))

        package.parse(main, start)
        for title, link, hidden in found:
            kind, part = related.get(link, ("", ""))
            if kind == "worksheet" and part in package:
                self.sheets[title] = (part, hidden)
        if not self.sheets:
            raise NotATable(Seems.BROKEN)
        styles = kinds.get("styles")
        self.formats = _formats(package, styles) if styles and styles in package else []


def _relations(package: Package, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Id to the kind (the last word of its type) and the part of each relationship."""
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = (kind, posixpath.normpath(path))

    package.parse(part, start)
    return relations


def _formats(package: Package, part: str) -> list[tuple[str, int]]:
    """What each cell style makes of numbers, and how many digits it fills up to."""
    codes: dict[str, str] = {}
    styles: list[tuple[str, int]] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        local = tag.rpartition(":")[2]
        if local == "numFmt" and not inside:
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            if number in codes:
                code = codes[number]
                styles.append((format_kind(code), code.partition(";")[0].count("0")))
            else:
                known = int(number) if number.isdecimal() and len(number) < 5 else 0
                kind = "date" if known in _DATES else "time" if known in _TIMES else ""
                styles.append((kind, 0))

    def end(tag: str) -> None:
        if tag.rpartition(":")[2] == "cellXfs":
            raise Stop

    package.parse(part, start, end)
    return styles
