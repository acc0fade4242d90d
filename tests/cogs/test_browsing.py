"On Finding interviews: narrowed searches, kinds, this day in other years, by chance, by artist."

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.artists import artist_id
from bot.core.model import Answer, Interview, Subject, Transcript, Turn
from bot.store.engine import Database
from bot.ui.ids import artist_value
from sandbox.entities import Message
from tests.cogs.stage import Stage, answer, connected, interview, labels, read
from tests.ui.limits import walk

SEOYUN = Subject("Han Seoyun", "Singer", ("한서윤",))
SOYEON = Subject("Kim So-yeon", "Actress", ("김소연",))
SOHYUN = Subject("Kim So-hyun", "Film Director")

SEOYUN_CHOICE = artist_value(artist_id("Han Seoyun"))

STRIKING = (
    "I left Busan with one suitcase and my grandmother's guitar, and for years I was afraid that "
    "nobody would ever hear the songs I wrote on it."
)


def talk(number: int, subject: Subject, *, on: datetime | None = None, **more: Any) -> Interview:
    """An interview with somebody, about rain."""
    return interview(
        number,
        title=f"No. {number} with {subject.name}",
        subjects=(subject,),
        tags=(),
        **({"published_at": on} if on else {}),
        transcript=Transcript(
            "", (Turn(1, "Do you like rain?", (Answer(None, f"Rain, {number} days."),)),), ""
        ),
        **more,
    )


def day(year: int, month: int = 3, number: int = 1) -> datetime:
    return datetime(year, month, number, 9, tzinfo=UTC)


async def complete(stage: Stage, command: str, focused: str, **typed: Any) -> list[tuple[str, Any]]:
    """What is offered while typing."""
    choices = await stage.sandbox.autocomplete(
        stage.fan, stage.channel, command, focused=focused, **typed
    )
    return [(choice.name, choice.value) for choice in choices]


@pytest.mark.parametrize(
    ("command", "option", "typed", "expected"),
    [
        ("interviews read", "interview", "a long", "LONG"),
        ("interviews read", "interview", "interview no. 1", "## [Interview No. 1"),
        ("interviews artist", "name", "han", "## Han Seoyun"),
        ("interviews follow", "artist", "han", "You're now following"),
        ("interviews quote", "artist", "han", "No answer by this artist"),
    ],
)
async def test_a_choice_s_name_is_understood_like_its_value(
    on_stage: Stage, command: str, option: str, typed: str, expected: str
) -> None:
    """Discord's clients send it where a command is pasted (discord-api-docs, issue 7916)."""
    await on_stage.publish(
        interview(1), interview(2, title="A long title " * 12 + "LONG", subjects=(), tags=())
    )
    (name, _), *_ = await complete(on_stage, command, option, **{option: typed})
    assert " · " in name
    chosen: dict[str, Any] = {option: name}
    assert expected in read(await on_stage.ask(command, **chosen))


async def press_first(stage: Stage, message: Message, label: str) -> Message:
    """Press the first of several buttons that are called the same."""
    found = next(part for part in walk(message.components) if part.get("label") == label)
    return answer(await stage.sandbox.press(stage.fan, message, custom_id=found["custom_id"]))


# ---------------------------------------------------------------- searching


async def test_a_search_is_narrowed_by_artist_kind_and_year(on_stage: Stage) -> None:
    await on_stage.publish(
        talk(1, SEOYUN, on=day(2024)),
        talk(2, SOYEON, on=day(2024)),
        talk(3, SOYEON, on=day(2022)),
        talk(4, SOHYUN, on=day(2024)),
    )
    (chosen,) = await complete(
        on_stage, "interviews search", "artist", query="rain", artist="김소연"
    )
    assert chosen[0] == "Kim So-yeon (김소연) · Actress · 2 interviews"
    years = await complete(on_stage, "interviews search", "year", query="rain", year="")
    assert years == [("2024 · 3 interviews", 2024), ("2022 · 1 interview", 2022)]
    years = await complete(on_stage, "interviews search", "year", query="rain", year="2022")
    assert years == [("2022 · 1 interview", 2022)]
    found = await on_stage.ask("interviews search", query="rain", artist=chosen[1])
    assert "Only **Kim So-yeon**\n-# 2 passages found" in read(found)
    found = await on_stage.ask(
        "interviews search", query="rain", artist=chosen[1], kind="acting", year=2022
    )
    assert "Only **Kim So-yeon** · **Acting** · **2022**\n-# 1 passage found" in read(found)
    assert "No. 3" in read(found)
    everywhere = await on_stage.press(found, "Search everywhere")
    assert "-# 4 passages found" in read(everywhere)
    assert "Only" not in read(everywhere)


async def test_a_narrowed_search_turns_its_pages(on_stage: Stage) -> None:
    await on_stage.publish(*(talk(n, SOYEON) for n in range(7)), *(talk(9, SEOYUN),))
    first = await on_stage.ask(
        "interviews search", query="rain", artist="kim soyeon", kind="acting"
    )
    second = await on_stage.press(first, "Next")
    assert "Only **Kim So-yeon** · **Acting**" in read(second)
    assert "page 2 of 2" in read(second)
    assert labels(second) == ["Read", "Read", "Back", "Search everywhere"]


async def test_filters_that_leave_nothing_say_which_to_drop(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SEOYUN, on=day(2024)), talk(2, SOYEON, on=day(2022)))
    nothing = await on_stage.ask("interviews search", query="rain", artist="한서윤", year=2022)
    assert read(nothing).startswith(
        "**Nothing found for “rain”** with these filters: **Han Seoyun** · **2022**."
    )
    assert labels(nothing) == ["Any artist (1)", "Any year (1)"]
    found = await on_stage.press(nothing, "Any year (1)")
    assert found.id == nothing.id
    assert "Only **Han Seoyun**\n" in read(found)
    assert "No. 1 with" in read(found)


async def test_an_artist_who_may_be_several_is_asked_for(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SOHYUN), talk(2, SOYEON), talk(3, SEOYUN))
    asked = await on_stage.ask("interviews search", query="rain", artist="kim", year=2026)
    assert "## Which “kim”?" in read(asked)
    assert "**Kim So-hyun**\n-# Film Director · 1 interview" in read(asked)
    assert "**Kim So-yeon**\n-# 김소연 · Actress · Acting · 1 interview" in read(asked)
    assert labels(asked) == ["Choose", "Choose"]
    found = await press_first(on_stage, asked, "Choose")
    assert "Only **Kim So-" in read(found)
    assert "**2026**" in read(found)


async def test_an_artist_whom_nobody_knows(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SOHYUN))
    told = await on_stage.ask("interviews search", query="rain", artist="**Xyzzyq** @everyone")
    assert read(told) == (
        "**No interview with “\\*\\*Xyzzyq\\*\\* @\u200beveryone” yet**, so I can't narrow the "
        "search to them. Try another spelling, their stage name or Hangul."
    )
    found = await on_stage.press(told, "Search all artists")
    assert "Results for “rain”" in read(found)


async def test_a_button_for_an_artist_who_is_gone(on_stage: Stage) -> None:
    numbers = await on_stage.publish(*(talk(n, SOHYUN) for n in range(1, 8)))
    await on_stage.publish(talk(9, SEOYUN))
    shown = await on_stage.ask("interviews search", query="rain", artist="kim so-hyun")
    page = await on_stage.ask("interviews artist", name="kim so-hyun")
    async with on_stage.store.transaction() as tx:
        for number in numbers:
            await tx.interviews.withdraw(number, on_stage.clock.now())
    await on_stage.index.sync(on_stage.store)
    told = await on_stage.open_row(page)
    assert "KCrush has removed this interview" in read(told)
    assert "This artist isn't in the archive any more" in read(await on_stage.press(shown, "Next"))
    everywhere = await on_stage.press(shown, "Search everywhere")
    assert "-# 1 passage found" in read(everywhere)


async def test_a_corrected_search_says_so(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    found = await on_stage.ask("interviews search", query="teokbokki")
    assert "Results for “teokbokki”" in read(found)
    assert "No exact matches. Here are results for “tteokbokki”." in read(found)


# ---------------------------------------------------------------- lists


async def test_the_latest_of_a_kind(on_stage: Stage) -> None:
    await on_stage.publish(
        *(talk(n, SEOYUN) for n in range(1, 8)), talk(20, SOYEON), talk(21, SOHYUN)
    )
    first = await on_stage.ask("interviews latest", kind="music")
    assert read(first).startswith("## Latest interviews: Music\n**Han Seoyun** 한서윤\nNo. 1 with")
    assert "Kim" not in read(first)
    second = await on_stage.press(first, "Older")
    assert read(second).startswith("## Latest interviews: Music\n**Han Seoyun** 한서윤\nNo. 6 with")
    assert labels(second) == ["Read", "Read", "Newer"]
    assert "No. 20" in read(await on_stage.ask("interviews latest", kind="acting"))


async def test_nothing_is_of_a_kind(on_stage: Stage) -> None:
    expected = (
        "There are no interviews of this kind yet. Choose another `kind`, or leave it "
        "out to see all."
    )
    await on_stage.publish(talk(1, SEOYUN))
    assert read(await on_stage.ask("interviews latest", kind="game")) == expected
    assert read(await on_stage.ask("interviews random", kind="game")) == expected


async def test_before_the_first_poll_every_list_says_to_wait(on_stage: Stage) -> None:
    for command in ("latest", "random"):
        told = await on_stage.ask(f"interviews {command}", kind="music")
        assert "There are no interviews yet." in read(told)
    for command, named in (
        ("today", {}),
        ("search", {"query": "rain"}),
        ("search", {"query": "rain", "artist": "kim"}),
        ("artist", {"name": "kim"}),
    ):
        options: dict[str, Any] = named
        told = await on_stage.ask(f"interviews {command}", **options)
        assert "There are no interviews yet." in read(told)


async def test_another_by_chance_is_another(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SEOYUN), talk(2, SEOYUN), talk(3, SOYEON))
    drawn = await on_stage.ask("interviews random", kind="music")
    titles = [read(drawn).split("]")[0]]
    for _ in range(4):
        again = await on_stage.press(drawn, "Another one")
        assert again.id == drawn.id
        titles.append(read(again).split("]")[0])
    assert set(titles) == {"## [No. 1 with Han Seoyun", "## [No. 2 with Han Seoyun"}
    assert all(one != following for one, following in itertools.pairwise(titles))
    reading = await on_stage.press(drawn, "Start reading")
    assert "Another one" not in labels(reading)


async def test_what_came_out_on_this_day_in_other_years(on_stage: Stage) -> None:
    """The clock's day is 1 March 2026."""
    await on_stage.publish(
        talk(1, SEOYUN, on=day(2026)),
        talk(2, SOYEON, on=day(2025)),
        talk(3, SEOYUN, on=datetime(2021, 3, 1, 23, 59, tzinfo=UTC)),
        talk(4, SEOYUN, on=day(2021, 3, 2)),
    )
    today = await on_stage.ask("interviews today")
    assert read(today) == (
        "## On March 1 in other years\n-# 2 interviews were published on this day\n"
        "### 2025 · 1 year ago\n"
        "**Kim So\u2011yeon** 김소연\nNo. 2 with Kim So\u2011yeon\n-# March 2025 · 1 question\n"
        "### 2021 · 5 years ago\n"
        "**Han Seoyun** 한서윤\nNo. 3 with Han Seoyun\n-# March 2021 · 1 question\n"
        "-# Dates are in UTC."
    )
    reader = await on_stage.open_row(today, 1)
    assert "No. 3 with Han Seoyun" in read(reader)


async def test_a_day_with_many_turns_pages_and_stays_that_day(on_stage: Stage) -> None:
    await on_stage.publish(*(talk(n, SEOYUN, on=day(2000 + n)) for n in range(1, 13)))
    first = await on_stage.ask("interviews today")
    await on_stage.clock.advance(24 * 3600)
    second = await on_stage.press(first, "Next")
    assert (
        "## On March 1 in other years\n-# 12 interviews were published on this day · page 2 of 3"
    ) in read(second)
    assert "### 2003" in read(second)


async def test_a_day_without_any_leads_to_the_nearest(on_stage: Stage) -> None:
    await on_stage.publish(
        talk(1, SEOYUN, on=day(2026)),
        talk(2, SEOYUN, on=day(2024, 2, 29)),
        talk(3, SOYEON, on=day(2020, 3, 9)),
        talk(4, SOYEON, on=day(2019, 3, 9)),
    )
    today = await on_stage.ask("interviews today")
    assert "**No interview was published on March 1 in other years.**" in read(today)
    assert labels(today) == ["February 29 (1)", "March 9 (2)"]
    other = await on_stage.press(today, "March 9 (2)")
    assert read(other).startswith("## On March 9 in other years")


async def test_one_other_day_is_the_nearest_on_both_sides(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SEOYUN, on=day(2024, 12, 31)))
    assert labels(await on_stage.ask("interviews today")) == ["December 31 (1)"]


async def test_before_the_index_is_built_what_the_store_has_is_drawn(on_stage: Stage) -> None:
    async with on_stage.store.transaction() as tx:
        await tx.interviews.insert(talk(1, SEOYUN), "digest")
    assert "with Han Seoyun]" in read(await on_stage.ask("interviews random"))
    told = read(await on_stage.ask("interviews random", kind="music"))
    assert "There are no interviews yet." in told


# ---------------------------------------------------------------- artists


async def test_an_artist_with_all_that_there_is(on_stage: Stage) -> None:
    turns = (Turn(1, "How did it begin?", (Answer("Seoyun", STRIKING),)),)
    first = talk(1, SEOYUN, excerpt="")
    spoken = Interview(
        guid="spoken",
        url="https://kcrush.example/spoken/",
        title="Seoyun speaks",
        subjects=(SEOYUN,),
        published_at=day(2026, 2, 28),
        transcript=Transcript("", turns, ""),
    )
    await on_stage.publish(spoken, first, *(talk(n, SEOYUN) for n in range(10, 18)))
    page = await on_stage.ask("interviews artist", name="한서윤")
    assert read(page).startswith(
        f"## Han Seoyun\nSinger · Music\n-# Also known as 한서윤\n> {STRIKING}\n"
        "-# They were asked: “How did it begin?” · [Seoyun speaks](https://kcrush.example/spoken/)\n"
        "**10 interviews** · page 1 of 2\n"
    )
    assert labels(page) == [*["Read"] * 5, "Older", "Follow", "Quote"]
    older = await on_stage.press(page, "Older")
    assert older.id == page.id
    assert STRIKING not in read(older)
    assert "No. 17 with Han Seoyun" in read(older)
    opened = await on_stage.open_row(older, -1)
    assert "Question 1 of 1" in read(await on_stage.press(opened, "Start reading"))


async def test_where_only_excerpts_are_read_no_later_answer_is_quoted(on_stage: Stage) -> None:
    said = ("Yes.", "Yes.", STRIKING)
    turns = tuple(Turn(n, "And?", (Answer(None, words),)) for n, words in enumerate(said, 1))
    await on_stage.publish(interview(1, transcript=Transcript("", turns, "")))
    assert STRIKING in read(await on_stage.ask("interviews artist", name="한서윤"))
    await on_stage.client.close()
    async with connected(
        on_stage.sandbox,
        on_stage.store,
        on_stage.index,
        on_stage.clock,
        on_stage.roused,
        excerpt=True,
    ):
        page = await on_stage.ask("interviews artist", name="한서윤")
        assert STRIKING not in read(page)
        assert "No. 1 with" in read(page)


async def test_an_artist_is_chosen_while_typing(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SOYEON), talk(2, SEOYUN))
    assert [name for name, _ in await complete(on_stage, "interviews artist", "name", name="")] == [
        "Kim So-yeon (김소연) · Actress · 1 interview",
        "Han Seoyun (한서윤) · Singer · 1 interview",
    ]
    ((_, value),) = await complete(on_stage, "interviews artist", "name", name="seo")
    assert read(await on_stage.ask("interviews artist", name=value)).startswith("## Han Seoyun")


async def test_an_artist_typed_with_a_slip_is_offered(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SOYEON), talk(2, SEOYUN))
    offered = "## No interview with “han seoyum” yet\nDid you mean one of"
    for command, more in (("follow", {}), ("quote", {}), ("search", {"query": "rain"})):
        options: dict[str, Any] = {"artist": "han seoyum", **more}
        told = await on_stage.ask(f"interviews {command}", **options)
        assert read(told).startswith(offered), command
    assert await on_stage.store.follows.followed(on_stage.fan.id) == []
    asked = await on_stage.ask("interviews artist", name="han seoyum")
    assert read(asked).startswith(offered)
    chosen = await press_first(on_stage, asked, "Choose")
    assert read(chosen).startswith("## Han Seoyun")


async def test_several_artists_are_asked_for_and_one_is_chosen(on_stage: Stage) -> None:
    twin = Subject("JAY", "Rapper"), Subject("Jay", "Webtoon Artist")
    await on_stage.publish(talk(1, SOHYUN), talk(2, SOYEON), talk(3, twin[0]), talk(4, SEOYUN))
    asked = await on_stage.ask("interviews artist", name="so")
    assert "## Which “so”?" in read(asked)
    chosen = await press_first(on_stage, asked, "Choose")
    assert chosen.id == asked.id
    assert read(chosen).startswith("## Kim So-")


async def test_nobody_is_called_so(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    told = await on_stage.ask("interviews artist", name="Tteokbokki")
    assert "**No interview with “Tteokbokki” yet.**" in read(told)
    found = await on_stage.press(told, "Search for “Tteokbokki”")
    assert "Results for “Tteokbokki”" in read(found)


@pytest.mark.parametrize("typed", ["aespa", "TWICE", "singer", "레드벨벳"])
async def test_somebody_who_is_not_in_the_archive_is_nobody_else(
    on_stage: Stage, typed: str
) -> None:
    voice = Subject("Jo Voice", "Voice Actor")
    await on_stage.publish(talk(1, SOHYUN), talk(2, voice), talk(3, SEOYUN))
    for command, option in (("artist", "name"), ("quote", "artist")):
        options: dict[str, Any] = {option: typed}
        told = await on_stage.ask(f"interviews {command}", **options)
        assert read(told).startswith(f"**No interview with “{typed}” yet.**"), command
        follow = [f"Follow “{typed}”"] if command == "artist" else []
        assert labels(told) == [f"Search for “{typed}”", *follow]
    told = await on_stage.ask("interviews follow", artist=typed)
    assert read(told).startswith(f"You're now following **{typed}**. You'll hear from me when")
    told = await on_stage.ask("interviews search", query="rain", artist=typed)
    assert read(told).startswith(f"**No interview with “{typed}” yet**")


@pytest.mark.parametrize("typed", ["K!TE", "aespa"])
async def test_an_interview_that_is_not_there_is_no_other(on_stage: Stage, typed: str) -> None:
    await on_stage.publish(*(interview(n, title=f"Kids of Rain Street {n}") for n in range(1, 11)))
    told = await on_stage.ask("interviews read", interview=typed)
    assert read(told).startswith(f"**No interview called “{typed}” yet")
    assert labels(told) == [f"Search for “{typed}”"]


async def test_a_filter_in_the_words_that_nothing_meets_is_said(on_stage: Stage) -> None:
    await on_stage.publish(talk(1, SOHYUN), talk(2, SEOYUN))
    told = await on_stage.ask("interviews search", query="rain kind:xyz")
    assert "**There's no kind called “xyz”.**" in read(told)
    found = await on_stage.press(told, "Search without this filter")
    assert "Results for “rain”" in read(found)
    assert "Do you like **rain**?" in read(found)
    told = await on_stage.ask("interviews search", query="rain artist:nosuchone")
    assert read(told) == "**No interview with “nosuchone” yet.**"
    told = await on_stage.ask("interviews search", query="!!!")
    assert "There's nothing to search for in that." in read(told)


async def test_a_pasted_line_is_turned_after_a_restart(on_stage: Stage) -> None:
    line = (
        "My neighbourhood's restaurant disappeared overnight, and everybody remembered differently "
        "what happened, because photographs of that evening were never developed"
    )
    turns = (Turn(1, "How did it begin?", (Answer("Seoyun", line),)),)
    same = Transcript("", turns, "")
    # As much of the line as a custom_id holds would find this one too.
    begun = line[: line.index("remembered")]
    half = Transcript("", (Turn(1, "And then?", (Answer("Seoyun", begun),)),), "")
    await on_stage.publish(
        *(interview(n, transcript=same) for n in range(1, 8)), interview(8, transcript=half)
    )
    found = await on_stage.ask("interviews search", query=line)
    assert "7 passages found · page 1 of 2" in read(found)
    await on_stage.client.close()
    async with connected(
        on_stage.sandbox, on_stage.store, on_stage.index, on_stage.clock, on_stage.roused
    ):
        turned = await on_stage.press(found, "Next")
        assert "7 passages found · page 2 of 2" in read(turned)
        assert "Results for “My neighbourhood's restaurant" in read(turned)


async def test_an_artist_of_a_withdrawn_interview(on_stage: Stage) -> None:
    (number,) = await on_stage.publish(talk(1, SOHYUN))
    ((_, value),) = await complete(on_stage, "interviews artist", "name", name="kim")
    async with on_stage.store.transaction() as tx:
        await tx.interviews.withdraw(number, on_stage.clock.now())
    await on_stage.index.sync(on_stage.store)
    assert read(await on_stage.ask("interviews artist", name=value)) == (
        "This artist isn't in the archive any more: KCrush has removed their interviews. "
        "See the others with `/interviews latest`."
    )


async def test_no_name_fails(on_stage: Stage) -> None:
    await on_stage.publish(interview(1))
    for name in ('"', "*", "\u200b", "💥", "a AND (", "\\", "kc:artist:zz"):
        is_name = name.startswith(("a", "k"))
        expected = "**No interview with “" if is_name else "That has no letters or digits"
        told = read(await on_stage.ask("interviews artist", name=name))
        assert told.startswith(expected), name
        told = read(await on_stage.ask("interviews search", query="singer", artist=name))
        assert told.startswith(expected), name
        assert await complete(on_stage, "interviews artist", "name", name=name) in (
            [],
            [("Han Seoyun (한서윤) · Singer · 1 interview", SEOYUN_CHOICE)],
        )


# ---------------------------------------------------------------- rounds to the store


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that the store asks its database."""
    seen: list[str] = []
    for name in ("inspect", "transaction"):
        original = getattr(Database, name)

        def counted(*args: Any, _name: str = name, _original: Any = original, **kwargs: Any) -> Any:
            seen.append(_name)
            return _original(*args, **kwargs)

        monkeypatch.setattr(Database, name, counted)
    return seen


async def test_the_hot_path_asks_the_store_once_at_most(on_stage: Stage, rounds: list[str]) -> None:
    await on_stage.publish(*(talk(n, SEOYUN, on=day(2000 + n)) for n in range(1, 24)))
    spent: dict[str, list[str]] = {}

    def note(what: str) -> None:
        spent[what] = [*rounds]
        rounds.clear()

    rounds.clear()
    await complete(on_stage, "interviews read", "interview", interview="no 1")
    note("complete")
    await complete(on_stage, "interviews artist", "name", name="se")
    note("complete artist")
    await complete(on_stage, "interviews search", "year", query="x", year="20")
    note("complete year")
    found = await on_stage.ask("interviews search", query="rain", artist="한서윤", kind="music")
    note("search")
    await on_stage.press(found, "Next")
    note("turn search")
    await on_stage.ask("interviews search", query="rain", artist="한서윤", year=1999)
    note("nothing found")
    latest = await on_stage.ask("interviews latest")
    note("latest")
    await on_stage.press(latest, "Older")
    note("turn latest")
    await on_stage.ask("interviews latest", kind="music")
    note("latest of a kind")
    today = await on_stage.ask("interviews today")
    note("today")
    await on_stage.press(today, "Next")
    note("turn today")
    artist = await on_stage.ask("interviews artist", name="한서윤")
    note("artist")
    await on_stage.press(artist, "Older")
    note("turn artist")
    await on_stage.ask("interviews artist", name="한서윤")
    note("artist again")
    assert {what: len(asked) for what, asked in spent.items()} == {
        "complete": 0,
        "complete artist": 0,
        "complete year": 0,
        "search": 0,
        "turn search": 0,
        "nothing found": 0,
        "latest": 0,
        "turn latest": 0,
        "latest of a kind": 0,
        "today": 0,
        "turn today": 0,
        "artist": 1,
        "turn artist": 0,
        "artist again": 0,
    }
    for reading in ("interviews random", "interviews read"):
        interview_id: dict[str, Any] = (
            {"interview": "no. 7 with han seoyun"} if "read" in reading else {}
        )
        opened = await on_stage.ask(reading, **interview_id)
        # The interview, and what there is of the person, at the same time.
        assert [one for one in rounds if one == "inspect"] == 2 * ["inspect"], reading
        rounds.clear()
        await on_stage.press(opened, "Start reading")
        assert [one for one in rounds if one == "inspect"] == ["inspect"], f"{reading}, next"
        rounds.clear()


async def test_a_choice_that_is_not_offered_any_more_says_so(on_stage: Stage) -> None:
    """A person's client may still show the choices of before."""
    await on_stage.publish(interview(1))
    commands = on_stage.sandbox.world.commands.values()
    (group,) = [command for command in commands if command.name == "interviews"]
    (latest,) = [option for option in group.options if option["name"] == "latest"]
    latest["options"][0]["choices"].append({"name": "Opera", "value": "opera"})
    refused = read(await on_stage.ask("interviews latest", kind="opera"))
    assert refused.startswith("This command has just been updated, and your Discord still shows")
