"""What SQLite and PostgreSQL say in different words. Each is written once, here, for both."""

from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

__all__ = ["insert", "partial_index", "random_nonce", "server_time", "values_of_json"]

T = TypeVar("T")

NONCE_BYTES = 12
"""Random bytes of a nonce, as 24 hexadecimal digits."""


class random_nonce(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """``NONCE_BYTES`` random bytes in hexadecimal digits, others for each row."""

    inherit_cache = True
    type = sa.Text()


@compiles(random_nonce, "sqlite")
def _random_blob(element: object, compiler: object, **options: Any) -> str:
    del element, compiler, options
    return f"lower(hex(randomblob({NONCE_BYTES})))"


@compiles(random_nonce, "postgresql")
def _random_uuid(element: object, compiler: object, **options: Any) -> str:
    # Six bits of a UUID's first twelve bytes are not random (RFC 9562, 5.4).
    del element, compiler, options
    return f"left(replace(gen_random_uuid()::text, '-', ''), {2 * NONCE_BYTES})"


class server_time(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The database's own time, in seconds since 1970."""

    inherit_cache = True
    type = sa.Double()


@compiles(server_time, "sqlite")
def _julian_day(element: object, compiler: object, **options: Any) -> str:
    del element, compiler, options
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(server_time, "postgresql")
def _clock_timestamp(element: object, compiler: object, **options: Any) -> str:
    # Not now(), which is the time at which the transaction began.
    del element, compiler, options
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


@compiles(OnConflictDoNothing, "postgresql")
@compiles(OnConflictDoUpdate, "postgresql")
def _on_conflict(element: Any, compiler: Any, **options: Any) -> str:
    # The words are the same, but that PostgreSQL could also name a constraint.
    element.constraint_target = None
    return str(getattr(compiler, f"visit_{element.__visit_name__}")(element, **options))


class _JsonEach(FunctionElement[Any]):
    name = "json_each"
    inherit_cache = True


@compiles(_JsonEach, "sqlite")
def _json_each(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_JsonEach, "postgresql")
def _json_array_elements(element: Any, compiler: Any, **options: Any) -> str:
    array = compiler.process(element.clauses, **options)
    return f"json_array_elements_text(CAST({array} AS JSON))"


def values_of_json(array: str, type_: type[TypeEngine[T]]) -> sa.Select[tuple[T]]:
    """The values of a JSON array: a list of any length in one parameter."""
    value = _JsonEach(sa.literal(array, sa.Text)).table_valued("value").c.value
    return sa.select(sa.cast(value, type_))


def partial_index(name: str, where: str, *columns: sa.Column[Any]) -> None:
    """An index of the rows that match `where`."""
    sa.Index(name, *columns, sqlite_where=sa.text(where))


@compiles(sa.schema.CreateIndex, "postgresql")
def _create_index(element: Any, compiler: Any, **options: Any) -> str:
    # ``postgresql_where`` beside ``sqlite_where`` above would load PostgreSQL's dialect, and its
    # megabytes, for SQLite too.
    index: sa.Index = element.element
    where = index.kwargs.get("sqlite_where")
    if where is not None:
        index.kwargs["postgresql_where"] = where
    return str(compiler.visit_create_index(element, **options))
