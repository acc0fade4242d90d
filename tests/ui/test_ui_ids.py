import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.model import Position, Topic
from bot.core.readers import FollowSort
from bot.quotes.card import Design, Format, Look
from bot.ui.actions import action_of
from bot.ui.admin_ids import (
    ChangesPage,
    DeleteTest,
    EditSetup,
    ImportButton,
    OpenSetup,
    PostNewest,
    PreviewMenu,
    SetupButton,
    SetupChannel,
    SetupForm,
    SetupRoles,
    SubscriptionButton,
    ToggleRole,
    UndoRemoval,
)
from bot.ui.custom_ids import Action
from bot.ui.ids import (
    AnotherQuote,
    AnotherRandom,
    ArtistPage,
    DayPage,
    FollowArtist,
    FollowingPage,
    FollowNamed,
    Jump,
    LatestPage,
    LongMeaningPage,
    LongSearchPage,
    MeaningPage,
    OpenAt,
    OpenChosen,
    OpenReader,
    QuotePicture,
    Save,
    SavedPage,
    SearchPage,
    Share,
    ShareQuote,
    ShowMore,
    Similar,
    SubscriptionsPage,
    TryMessages,
    TurnMenu,
    TurnPage,
    UnfollowArtist,
    UnfollowChosen,
    Unsave,
    UnsaveChosen,
    interview_value,
    parse_custom_id,
    parse_interview_value,
    parse_place_value,
    parse_position_value,
    place_value,
    position_value,
    short_query,
)
from bot.ui.personal_ids import FollowKind, ForgetMe, PersonalList, ShowMine, ShowPersonalData
from bot.ui.quote_ids import (
    ANYBODY,
    ChangeLook,
    NextQuote,
    ShareLook,
    look_value,
    parse_look_value,
)
from tests.ui.limits import units
from tests.ui.strategies import TEXT

ids = st.integers(0, 10**18 - 1)
pages = st.integers(0, 999_999)
positions = st.builds(Position, pages, pages)
queries = TEXT.map(short_query)
artists = st.text("0123456789abcdef", min_size=10, max_size=10)
kinds = st.none() | st.sampled_from(Topic)
years = st.integers(1000, 9999)
actions = st.one_of(
    st.builds(OpenReader, ids),
    st.builds(OpenAt, ids, positions),
    st.builds(TurnPage, ids, positions, st.sampled_from("bncq")),
    st.builds(Jump, ids),
    st.builds(TurnMenu, ids, positions, pages),
    st.builds(ShowMore, ids, positions),
    st.builds(OpenChosen),
    st.builds(SearchPage, pages, queries, artists | st.none(), kinds, st.none() | years),
    st.builds(
        LongSearchPage,
        pages,
        st.from_regex("[0-9a-f]{16}", fullmatch=True),
        artists | st.none(),
        kinds,
        st.none() | years,
    ),
    st.builds(MeaningPage, pages, queries),
    st.builds(LongMeaningPage, pages, st.from_regex("[0-9a-f]{16}", fullmatch=True)),
    st.builds(LatestPage, pages, kinds),
    st.builds(AnotherRandom, kinds, pages),
    st.dates().flatmap(lambda day: st.builds(DayPage, st.just(day.month), st.just(day.day), pages)),
    st.builds(ArtistPage, artists, pages),
    st.builds(FollowArtist, artists),
    st.builds(FollowNamed, st.sampled_from(FollowSort), queries),
    st.builds(UnfollowArtist, artists),
    st.builds(UnfollowChosen, pages),
    st.builds(FollowingPage, pages),
    st.builds(TryMessages),
    st.builds(Share, ids, pages),
    st.builds(Save, ids, positions),
    st.builds(Unsave, ids, positions),
    st.builds(UnsaveChosen, pages),
    st.builds(SavedPage, pages),
    st.builds(Similar, ids),
    st.builds(QuotePicture, ids, pages),
    st.builds(AnotherQuote, ids, artists | st.none()),
    st.builds(ShareQuote, ids, pages),
    st.builds(ChangeLook, ids, pages, artists | st.sampled_from(["", ANYBODY])),
    st.builds(NextQuote, st.sampled_from(Design), st.sampled_from(Format), ids, artists),
    st.builds(ShareLook, st.sampled_from(Design), st.sampled_from(Format), ids, pages),
    st.builds(ShowPersonalData),
    st.builds(FollowKind),
    st.builds(ShowMine, st.sampled_from(PersonalList), st.none() | pages),
    st.builds(ForgetMe, st.booleans()),
    st.builds(SubscriptionsPage, pages),
)


@settings(max_examples=300, deadline=None)
@given(actions)
def test_every_action_goes_into_a_custom_id_and_comes_back(action: Action) -> None:
    assert units(action.custom_id) <= 100
    assert parse_custom_id(action.custom_id) == action


@pytest.mark.parametrize(
    ("custom_id", "action"),
    [
        # Written down, so that a change that would break buttons in old messages fails here.
        ("kc:read:417", OpenReader(417)),
        ("kc:go:417:3.1:n", TurnPage(417, Position(3, 1), "n")),
        ("kc:jump:417", Jump(417)),
        ("kc:menu:417:3.0:2", TurnMenu(417, Position(3), 2)),
        ("kc:more:417:3.1", ShowMore(417, Position(3, 1))),
        ("kc:go:417:3.0:q", TurnPage(417, Position(3), "q")),
        ("kc:open", OpenChosen()),
        (
            "kc:seek:1:w:2024:0123456789:webtoon",
            SearchPage(1, "webtoon", "0123456789", Topic.WEBTOON, 2024),
        ),
        ("kc:seek:0::::방탄", SearchPage(0, "방탄")),
        (
            "kc:line:1:w:2024:0123456789:0123456789abcdef",
            LongSearchPage(1, "0123456789abcdef", "0123456789", Topic.WEBTOON, 2024),
        ),
        ("kc:mean:1:why: now", MeaningPage(1, "why: now")),
        ("kc:sense:1:0123456789abcdef", LongMeaningPage(1, "0123456789abcdef")),
        ("kc:latest:2:music", LatestPage(2, Topic.MUSIC)),
        ("kc:random:film:3", AnotherRandom(Topic.FILM, 3)),
        ("kc:day:0316:2", DayPage(3, 16, 2)),
        ("kc:artist:0123456789:1", ArtistPage("0123456789", 1)),
        ("kc:follow:0123456789", FollowArtist("0123456789")),
        ("kc:follow-any:artist:a:espa", FollowNamed(FollowSort.ARTIST, "a:espa")),
        ("kc:follow-any:kind:film", FollowNamed(FollowSort.KIND, "film")),
        ("kc:follow-any:words:-a b", FollowNamed(FollowSort.WORDS, "-a b")),
        ("kc:follow-any:all:", FollowNamed(FollowSort.ALL, "")),
        ("kc:unfollow:0123456789", UnfollowArtist("0123456789")),
        ("kc:unfollowing", UnfollowChosen()),
        ("kc:unfollowing:2", UnfollowChosen(2)),
        ("kc:following:1", FollowingPage(1)),
        ("kc:dm", TryMessages()),
        ("kc:share:417:3", Share(417, 3)),
        ("kc:save:417:0.0", Save(417, Position(0))),
        ("kc:drop:417:3.1", Unsave(417, Position(3, 1))),
        ("kc:dropping:1", UnsaveChosen(1)),
        ("kc:saved:1", SavedPage(1)),
        ("kc:like:417", Similar(417)),
        ("kc:quote:417:3", QuotePicture(417, 3)),
        ("kc:at:417:3.1", OpenAt(417, Position(3, 1))),
        ("kc:quoting:417:0123456789", AnotherQuote(417, "0123456789")),
        ("kc:quoting:0:", AnotherQuote()),
        ("kc:picture:417:3", ShareQuote(417, 3)),
        ("kc:look:417:3:any", ChangeLook(417, 3, ANYBODY)),
        (
            "kc:quote-next:paper:story:417:0123456789",
            NextQuote(Design.PAPER, Format.STORY, 417, "0123456789"),
        ),
        (
            "kc:quote-share:colour:square:417:3",
            ShareLook(Design.COLOUR, Format.SQUARE, 417, 3),
        ),
        ("kc:kept", ShowPersonalData()),
        ("kc:follow-kind", FollowKind()),
        ("kc:mine:reading", ShowMine(PersonalList.READING)),
        ("kc:mine:finished:2", ShowMine(PersonalList.FINISHED, 2)),
        ("kc:forget:ask", ForgetMe(sure=False)),
        ("kc:latest:1", LatestPage(1)),
        ("kc:subs:1", SubscriptionsPage(1)),
        ("kc:setup", OpenSetup()),
        ("kc:sub:7:pause:1", SubscriptionButton(7, "pause", 1)),
        ("kc:sub:7:test:0", SubscriptionButton(7, "test", 0)),
        ("kc:preview", PreviewMenu()),
        ("kc:newest:7", PostNewest(7)),
        ("kc:delete-test", DeleteTest()),
        ("kc:import:7:do", ImportButton(7, "do")),
        ("kc:undo:7", UndoRemoval(7)),
        ("kc:setup:7", EditSetup(7)),
        ("kc:draft:7:save", SetupButton(7, "save")),
        ("kc:draft-channel:7", SetupChannel(7)),
        ("kc:draft-roles:7", SetupRoles(7)),
        ("kc:draft-form:7:what", SetupForm(7, "what")),
        ("kc:changes:1", ChangesPage(1)),
        ("kc:role:1575673855349882880", ToggleRole(1575673855349882880)),
    ],
)
def test_custom_ids_of_messages_already_sent(custom_id: str, action: Action) -> None:
    assert parse_custom_id(custom_id) == action
    assert action.custom_id == custom_id


GOLDEN = json.loads((Path(__file__).parent / "golden" / "custom_ids.json").read_text("utf-8"))
"""custom_ids of every action with its smallest, largest and oddest values, as they stand in
messages, and the values: written down once, never to change."""


@pytest.mark.parametrize(("custom_id", "values"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_a_custom_id_keeps_its_meaning_for_ever(custom_id: str, values: list[object]) -> None:
    action = parse_custom_id(custom_id)
    found = [getattr(action, field.name) for field in fields(action)]  # type: ignore[arg-type]
    assert [str(one) if isinstance(one, Position) else one for one in found] == values
    assert action.custom_id == custom_id


MENUS = ("kc:jump:417", "kc:more:417:3.0")


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize(
    "action",
    [
        Share(417, 3),
        QuotePicture(417, 0),
        Similar(417),
        TurnPage(417, Position(3), "q"),
        TurnMenu(417, Position(3), 2),
    ],
)
def test_an_option_of_the_readers_menus_may_be_an_action(menu: str, action: Action) -> None:
    assert action_of({"custom_id": menu, "values": [action.custom_id]}) == action


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize("value", ["kc:role:7", "kc:forget:yes", "kc:undo:7", "kc:jump:417", "kc:"])
def test_no_other_action_may_be_an_option(menu: str, value: str) -> None:
    """A role button is believed because the bot's own message has its custom_id."""
    with pytest.raises(UserError, check=lambda error: error.key == "error.stale-button"):
        action_of({"custom_id": menu, "values": [value]})


@pytest.mark.parametrize("custom_id", ["kc:role:8", "kc:open", "kc:read:417"])
def test_whatever_else_is_pressed_is_the_action_itself(custom_id: str) -> None:
    assert action_of({"custom_id": custom_id, "values": ["kc:role:7"]}).custom_id == custom_id
    assert action_of({"custom_id": custom_id}).custom_id == custom_id


def test_a_search_of_before_the_filters_still_turns_its_pages() -> None:
    assert parse_custom_id("kc:find:2:first: album") == SearchPage(2, "first: album")


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "kc:",
        "kc:read:",
        "kc:read:-1",
        "kc:read:1e3",
        "kc:read:٣",
        "kc:read:417:1",
        "kc:read:417\n",
        "xkc:read:417",
        "kc:go:417:3:n",
        "kc:go:417:3.1:x",
        "kc:find:2:",
        "kc:day:0230:0",
        "kc:day:1301:0",
        "kc:read:" + "9" * 90,
        "other:bot",
    ],
)
def test_what_is_none_of_ours_is_said_to_be_stale(custom_id: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.stale-button"):
        parse_custom_id(custom_id)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_a_custom_id_is_understood_or_stale(custom_id: str) -> None:
    try:
        action = parse_custom_id("kc:" + custom_id)
    except UserError:
        return
    assert action.custom_id == "kc:" + custom_id


@pytest.mark.parametrize(
    "custom_id",
    ["kc:quote-next:neon:square:417:", "kc:quote-share:paper:banner:417:3"],
)
def test_a_design_that_is_there_no_more_is_said_to_be_so(custom_id: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.quote-look"):
        parse_custom_id(custom_id)


@pytest.mark.parametrize("look", [Look(design, format_) for design in Design for format_ in Format])
def test_a_look_comes_back_from_its_menu(look: Look) -> None:
    assert parse_look_value(look_value(look)) == look


@pytest.mark.parametrize("value", ["", "paper", "neon.square", "paper.square.x", "paper:square"])
def test_a_value_that_is_no_look_is_said_to_be_so(value: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.quote-look"):
        parse_look_value(value)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_a_search_is_carried_as_one_short_line(query: str) -> None:
    short = short_query(query)
    assert units(short) <= 80
    assert "\n" not in short
    assert short == short.strip()


@given(ids, positions)
def test_menu_values_come_back(interview: int, position: Position) -> None:
    assert parse_place_value(place_value(interview, position)) == (interview, position)
    assert parse_position_value(position_value(position)) == position
    assert parse_interview_value(interview_value(interview)) == interview


@pytest.mark.parametrize("typed", ["417", "kc:", "kc:4x", "(G)I-DLE", "", "kc:1:2"])
def test_typed_text_is_no_choice(typed: str) -> None:
    assert parse_interview_value(typed) is None


@pytest.mark.parametrize("value", ["", "x", "1", "1.", "417:1", "a:1.0"])
def test_a_hostile_menu_value_is_stale(value: str) -> None:
    with pytest.raises(UserError, check=lambda error: error.key == "error.stale-button"):
        parse_place_value(value)
    with pytest.raises(UserError, check=lambda error: error.key == "error.stale-button"):
        parse_position_value(value + ":")
