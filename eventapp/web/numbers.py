"""Numbers in addresses: one that no column of a database holds is nobody's."""

from flask import Flask
from werkzeug.routing import IntegerConverter


class ColumnConverter(IntegerConverter):
    """``<int:…>`` in a rule: a number from 0 that an integer column holds; others lead nowhere."""

    # Shorter than what Python refuses to read.
    regex = r"\d{1,10}"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max": 2**31 - 1, **kwargs})  # type: ignore[arg-type]


class TypedConverter(IntegerConverter):
    """``<typed:…>`` in a rule: any number that somebody may type, where a page says that there is
    no such one."""

    regex = r"\d{1,30}"


def init_app(app: Flask) -> None:
    """Read numbers so in every address; before any is registered."""
    app.url_map.converters["int"] = ColumnConverter
    app.url_map.converters["typed"] = TypedConverter
