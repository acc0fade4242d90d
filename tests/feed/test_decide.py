from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Interview
from bot.feed.decide import FeedEntry, Plan, decide, spellings
from bot.feed.identity import canonical_url
from bot.store.results import KnownInterview

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def entry(
    guid: str,
    url: str | None = None,
    digest: str = "d",
    at: datetime | None = None,
    title: str | None = None,
) -> FeedEntry:
    address = f"https://kc.example/{guid}/" if url is None else url
    interview = Interview(guid=guid, url=address, title=title or guid)
    return FeedEntry(replace(interview, published_at=at), digest)


def row(
    number: int, guid: str, url: str | None = None, digest: str = "d", *, withdrawn: bool = False
) -> KnownInterview:
    address = f"https://kc.example/{guid}/" if url is None else url
    return KnownInterview(number, guid, address, digest, withdrawn)


def guids(entries: tuple[FeedEntry, ...]) -> list[str]:
    return [each.interview.guid for each in entries]


def test_the_first_poll_stores_everything_and_announces_nothing() -> None:
    plan = decide([entry("b"), entry("a")], [], seeded=False)
    assert guids(plan.new) == ["a", "b"]
    assert plan.announced == ()


def test_later_polls_announce_what_is_new() -> None:
    plan = decide([entry("b"), entry("a")], [row(1, "a")], seeded=True)
    assert guids(plan.new) == ["b"]
    assert plan.updates == ()
    assert guids(plan.announced) == ["b"]


def test_an_unchanged_feed_means_no_write() -> None:
    assert decide([entry("a")], [row(1, "a")], seeded=True).empty


@pytest.mark.parametrize(
    "stored",
    [
        row(7, "a", digest="older"),
        row(7, "a", "https://kc.example/old-slug/"),
        row(7, "old-guid", "https://kc.example/a/"),
        row(7, "old-guid", "http://www.kc.example/a"),
        row(7, "a", withdrawn=True),
    ],
    ids=[
        "edited",
        "new slug",
        "new guid at the same url",
        "new domain spelling",
        "back after withdrawal",
    ],
)
def test_a_known_interview_is_updated_and_not_announced(stored: KnownInterview) -> None:
    plan = decide([entry("a")], [stored], seeded=True)
    assert plan.new == ()
    assert [(update.id, update.entry) for update in plan.updates] == [(7, entry("a"))]


def test_guid_goes_before_url() -> None:
    taken_over = entry("a", "https://kc.example/was-b/")
    rows = [row(1, "a"), row(2, "b", "https://kc.example/was-b/")]
    plan = decide([taken_over], rows, seeded=True)
    assert [update.id for update in plan.updates] == [1]


def test_a_new_article_at_an_address_that_another_gave_up_is_new() -> None:
    moved = entry("a", "https://kc.example/a-2020/")
    newcomer = entry("b", "https://kc.example/a/")
    plan = decide([newcomer, moved], [row(1, "a")], seeded=True)
    assert guids(plan.new) == ["b"]
    assert [update.id for update in plan.updates] == [1]


@pytest.mark.parametrize(
    "repeat",
    [
        entry("a", digest="other"),
        entry("a", "https://kc.example/elsewhere/"),
        entry("a2", "https://kc.example/a/", title="a"),
    ],
    ids=["same guid and url", "same guid", "same url"],
)
def test_a_repeated_item_counts_once(repeat: FeedEntry) -> None:
    first = entry("a")
    assert decide([first, repeat], [], seeded=True).new == (first,)
    assert decide([first, repeat], [row(1, "a")], seeded=True).empty


def test_two_interviews_that_share_an_address_are_two() -> None:
    """A page of live talks, say, to which every entry links; known or not."""
    live = "https://kc.example/live/"
    pair = [entry("b", live), entry("a", live)]
    assert guids(decide(pair, [], seeded=True).new) == ["a", "b"]
    assert guids(decide(pair, [row(1, "a", live)], seeded=True).new) == ["b"]
    assert decide(pair, [row(1, "a", live), row(2, "b", live)], seeded=True).empty


def test_an_entry_that_lost_characters_replaces_no_known_one() -> None:
    damaged = entry("a", digest="other", title="Interview with Ren\N{REPLACEMENT CHARACTER}")
    assert decide([damaged], [row(1, "a")], seeded=True).empty
    assert guids(decide([damaged], [], seeded=True).new) == ["a"]


def test_the_order_of_the_feed_changes_nothing_for_known_ones() -> None:
    rows = [row(1, "a"), row(2, "b"), row(3, "c")]
    assert decide([entry("c"), entry("a"), entry("b")], rows, seeded=True).empty


def test_backdated_and_same_second_entries_are_new_and_oldest_goes_first() -> None:
    entries = [
        entry("third", at=DAY),
        entry("second", at=DAY),
        entry("undated"),
        entry("backdated", at=DAY - timedelta(days=400)),
    ]
    plan = decide(entries, [row(1, "known")], seeded=True)
    assert guids(plan.new) == ["backdated", "second", "third", "undated"]


def test_same_titles_are_different_interviews() -> None:
    one = FeedEntry(Interview("g1", "https://kc.example/1/", "The same title"), "d1")
    two = FeedEntry(Interview("g2", "https://kc.example/2/", "The same title"), "d2")
    assert len(decide([one, two], [], seeded=True).new) == 2


def test_spellings_are_what_a_lookup_by_exact_address_needs() -> None:
    assert set(spellings("http://kc.example/a")) == {
        f"{scheme}://{www}kc.example/a{slash}"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    }
    assert "https://kc.example/?p=3" in spellings("https://kc.example/?p=3")
    assert spellings("") == ()


def test_entries_without_an_address_are_told_apart_by_guid() -> None:
    pair = [
        FeedEntry(Interview("g1", "", "One"), "d1"),
        FeedEntry(Interview("g2", "", "Two"), "d2"),
    ]
    rows = [KnownInterview(1, "g3", "", "d3", withdrawn=False)]
    assert len(decide(pair, rows, seeded=True).new) == 2


names = st.sampled_from("abcd")
some_entries = st.lists(
    st.builds(
        entry, names, st.sampled_from([f"https://kc.example/{n}/" for n in "123"] + [""]), names
    )
)


@given(some_entries, some_entries)
def test_deciding_again_after_writing_finds_nothing_to_do(
    first: list[FeedEntry], second: list[FeedEntry]
) -> None:
    stored: dict[int, KnownInterview] = {}

    def write(entries: list[FeedEntry]) -> Plan:
        plan = decide(entries, stored.values(), seeded=True)
        for update in plan.updates:
            told = update.entry
            stored[update.id] = row(update.id, told.interview.guid, told.interview.url, told.digest)
        for told in plan.new:
            number = len(stored) + 1
            stored[number] = row(number, told.interview.guid, told.interview.url, told.digest)
        assert len({each.guid for each in stored.values()}) == len(stored)
        return plan

    write(first)
    write(second)
    assert decide(second, stored.values(), seeded=True).empty


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("https://old.example/?p=5", "https://new.example/kuhn/"),
        ("https://new.example/?p=5", "https://new.example/kuhn/"),
        ("http://old.example/?p=5", "https://old.example/another-slug/"),
        ("https://www.old.example/?p=5", "https://old.example/another-slug/"),
        ("fresh", "http://old.example/kuhn"),
        ("fresh", "https://www.old.example/kuhn/?utm_source=feed"),
    ],
)
def test_domains_schemes_slashes_and_slugs_change_and_it_is_the_same_interview(
    guid: str, url: str
) -> None:
    known = row(7, "https://old.example/?p=5", "https://old.example/kuhn/")
    told = Interview(guid=guid, url=canonical_url(url), title="Kuhn")
    plan = decide([FeedEntry(told, "d")], [known], seeded=True)
    assert plan.new == ()
    assert [update.id for update in plan.updates] == [7]


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("https://new.example/?p=6", "https://new.example/kuhn/"),
        ("https://new.example/?p=5", "https://new.example/another/"),
        ("https://old.example/?p=6", "https://old.example/another/"),
        ("https://new.example/", "https://new.example/"),
    ],
)
def test_what_only_looks_alike_is_another_interview(guid: str, url: str) -> None:
    known = row(7, "https://old.example/?p=5", "https://old.example/kuhn/")
    plan = decide(
        [FeedEntry(Interview(guid=guid, url=url, title="Kuhn"), "d")], [known], seeded=True
    )
    assert len(plan.new) == 1


def test_the_front_page_as_an_address_is_nobodys_identity() -> None:
    known = row(7, "https://old.example/", "https://old.example/")
    told = Interview(guid="https://new.example/", url="https://new.example/", title="Kuhn")
    assert len(decide([FeedEntry(told, "d")], [known], seeded=True).new) == 1
