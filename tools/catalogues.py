"""The message catalogues: ``update`` them from the sources, ``compile`` them for the program.

English is what the sources say, so its catalogue fills itself; Vietnamese is written by hand in
eventapp/translations/vi. tests/web/test_catalogues.py fails on whatever is missing or fuzzy.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "eventapp" / "translations"
LANGUAGES = ("vi", "en")
_OPTIONS = {"trimmed": "true", "silent": "false"}
_TEMPLATES = {"**.html": _OPTIONS, "**.txt": _OPTIONS}
SOURCES = (
    (ROOT / "eventapp", [("**.py", "python")], {}),
    (ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")], _TEMPLATES),
)
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "_l": None, "N_": None}


def extract() -> Catalog:
    """Every message of the sources, without where it stands: a moved line is no change."""
    catalogue = Catalog(project="eventapp", charset="utf-8")
    for folder, methods, options in SOURCES:
        for _, _, message, comments, context in extract_from_dir(
            folder,
            methods,
            options_map=options,
            keywords=KEYWORDS,
            directory_filter=lambda _: True,  # also those that begin with an underscore
        ):
            catalogue.add(message, auto_comments=comments, context=context)
    return catalogue


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, project="eventapp", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring both catalogues in line with the sources."""
    template = extract()
    for language in LANGUAGES:
        catalogue = read(language)
        # When it was brought in line says nothing, and would make every merge a conflict.
        template.creation_date = catalogue.creation_date
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language == "en":
            for message in catalogue:
                if message.id:
                    message.string = message.id
        path = _path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(
                file, catalogue, sort_output=True, omit_header=False, width=100, no_location=True
            )
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{language}: {len(catalogue)} messages, {missing} without a translation")


def compile_all() -> None:
    """Write a .mo beside each .po."""
    for language in LANGUAGES:
        with _path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def _path(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update()
            compile_all()
        case ["compile"]:
            compile_all()
        case _:
            sys.exit("usage: catalogues.py update | compile")
