"""The templates that come with the program, in the customary Vietnamese forms."""

from functools import cache
from importlib.resources import files

from eventapp.badges import template_json
from eventapp.badges.template import Template

DEFAULT = "conference-90x130"


@cache
def names() -> tuple[str, ...]:
    """Their names, which are those of their files, the default first."""
    found = sorted(
        it.name.removesuffix(".json")
        for it in files(__package__).iterdir()
        if it.name.endswith(".json")
    )
    return (DEFAULT, *(it for it in found if it != DEFAULT))


@cache
def find(name: str) -> Template:
    """The template of that name. Raises KeyError."""
    if name not in names():
        raise KeyError(name)
    return template_json.read((files(__package__) / f"{name}.json").read_bytes())
