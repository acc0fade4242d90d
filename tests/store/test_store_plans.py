"""What is asked often is answered by an index, not by reading a table from end to end."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import (
    Store,
    edits,
    follow_matching,
    follows,
    interviews,
    notices,
    outbox_queries,
    parking,
    regular_posts,
    subscriptions,
    timing,
)
from tests.store.samples import NOON

pytestmark = pytest.mark.sqlite

ASKED = {
    "now": NOON,
    "stale": NOON,
    "limit": 10,
    "offset": 0,
    "revision": 5,
    "id": 1,
    "ids": [1, 2],
    "user_id": 1,
    "guild_id": 1,
    "interview_id": 1,
    "first": NOON.date(),
    "last": NOON.date(),
}


def plan_of(connection: sa.Connection, statement: sa.Select[Any]) -> list[str]:
    """SQLite's steps, as the statement is really asked."""
    said = []

    def listen(
        connection: sa.Connection,
        cursor: object,
        sql: str,
        parameters: tuple[object, ...],
        context: object,
        many: bool,
    ) -> None:
        said.append((sql, parameters))

    sa.event.listen(connection, "before_cursor_execute", listen)
    connection.execute(statement, ASKED)
    ((sql, parameters),) = said
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
    return [step for *_, step in plan]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (outbox_queries.DUE, "deliveries_due"),
        (outbox_queries.NEXT_DUE, "deliveries_due"),
        (outbox_queries.DUE_DIRECT, "deliveries_due_direct"),
        (outbox_queries.NEXT_DUE_DIRECT, "deliveries_due_direct"),
        (follows.FOLLOWED, "sqlite_autoindex_follows_1"),
        (follows.TO_NOTIFY, "subscriptions_notice"),
        (follow_matching.WORDS, "follows_words"),
        (subscriptions.OVERVIEW, "deliveries_subscription"),
        (parking.NEXT_PROBE, "subscriptions_probe"),
        (parking.DUE_PROBES, "subscriptions_probe"),
        (edits.DUE, "deliveries_edits"),
        (edits.NEXT_DUE, "deliveries_edits"),
        (notices._DUE, "subscriptions_notice"),
        (timing.DUE_TIMED, "subscriptions_timed"),
        (interviews.LATEST, "interviews_listed"),
        (interviews.CHANGED, "interviews_revision"),
        (interviews.BY_IDS, "sqlite_autoindex_turns_1"),
    ],
)
async def test_a_hot_question_uses_its_index(
    store: Store, statement: sa.Select[Any], index: str
) -> None:
    async with store.database.transaction() as tx:
        steps = await tx.run(plan_of, statement)
    assert any(index in step for step in steps), steps
    read_whole = [step for step in steps if step.startswith("SCAN") and "USING INDEX" not in step]
    assert not [step for step in read_whole if "anon" not in step and "subquery" not in step], steps


@pytest.mark.parametrize("statement", [outbox_queries.DUE_DIRECT, outbox_queries.NEXT_DUE_DIRECT])
async def test_the_first_of_a_long_queue_is_not_sorted_for(
    store: Store, statement: sa.Select[Any]
) -> None:
    async with store.database.transaction() as tx:
        steps = await tx.run(plan_of, statement)
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


async def test_of_regular_posts_only_the_days_around_now_are_read(store: Store) -> None:
    async with store.database.transaction() as tx:
        steps = await tx.run(plan_of, regular_posts.DONE)
    assert any("regular_days_1 (subscription_id=? AND day>? AND day<?)" in one for one in steps)
