"""``column in (…)`` with the whole list as one parameter.

The statement stays the same however many values there are. It is put together once, and the
database plans it once for each connection: both take longer than finding a few rows.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class _List(TypeDecorator[Any]):
    """An array on PostgreSQL, the JSON of one on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


class _OneOf(FunctionElement[Any]):
    name = "one_of"
    type = NullType()  # as a Boolean, SQLite would be asked for "… = 1", and no index would serve
    inherit_cache = True


def one_of_ids(column: Any, name: str) -> Any:
    """Whether the column has one of the whole numbers that are given as parameter ``name``."""
    return _OneOf(column, bindparam(name, type_=_List(Integer)))


def one_of_texts(column: Any, name: str) -> Any:
    """The same for texts."""
    return _OneOf(column, bindparam(name, type_=_List(String)))


@compiles(_OneOf, "postgresql")
def _on_postgresql(element: _OneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **given)} = ANY({compiler.process(values, **given)})"


@compiles(_OneOf, "sqlite")
def _on_sqlite(element: _OneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, values = element.clauses
    listed = f"SELECT value FROM json_each({compiler.process(values, **given)})"  # noqa: S608
    return f"{compiler.process(column, **given)} IN ({listed})"
