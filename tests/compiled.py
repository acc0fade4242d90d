"""One cache of compiled statements for all stores of a test run.

SQLAlchemy compiles a statement once for each engine, and nearly every test opens a store, with
engines of its own: compiling was a quarter of its time. Those engines are alike, and a compiled
statement depends on nothing of an engine but its dialect.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[Any, Any] = {}


class _Alike:
    """A dialect of which each is equal to any other: it is part of the cache's keys."""

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)

    def __hash__(self) -> int:
        return hash(type(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)


class AlikeSQLite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class AlikePostgres(_Alike, PGDialect_asyncpg):
    supports_statement_cache = True


def share() -> None:
    """Let every store that is opened from now on share the cache."""
    registry.register("sqlite", __name__, AlikeSQLite.__name__)
    registry.register("postgresql.asyncpg", __name__, AlikePostgres.__name__)
