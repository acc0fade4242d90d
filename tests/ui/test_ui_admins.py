"""What admins read of drafts, changes and imports, for whatever stands in them."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.drafts import Draft, OpenDraft
from bot.core.errors import UserError
from bot.core.filters import parse_filter
from bot.core.i18n import Text
from bot.core.model import (
    Form,
    Frequency,
    GuildSettings,
    QuietHours,
    Style,
    Subscription,
    TargetKind,
    Timetable,
)
from bot.store import Change, ChangeAction
from bot.ui.changes import changes_page
from bot.ui.panel import PanelContext, conflict_page, panel_page
from bot.ui.panel_forms import panel_form
from bot.ui.transfer import import_page
from tests.ui.limits import texts, within_limits
from tests.ui.strategies import NOW, TEXT, TEXTS

patient = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

ID = st.integers(10**18, 2 * 10**18)
GUILD = GuildSettings(1, "America/Argentina/ComodRivadavia")
TIMES = st.builds(
    Timetable,
    st.sampled_from(Frequency),
    st.integers(0, 6),
    st.integers(0, 23),
    st.none() | st.just(QuietHours(0, 1439)),
)
STYLES = st.builds(
    Style,
    st.sampled_from(Form),
    st.none() | st.integers(0, 0xFFFFFF),
    st.booleans(),
    st.booleans(),
)


def filter_of(words: list[str]) -> str:
    """As it is stored: what can be read, or nothing."""
    try:
        return str(parse_filter(" ".join(f'"{word}"' for word in words)))
    except UserError:
        return ""


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    one = Subscription(draw(ID), 1, draw(ID), None, 5, NOW)
    one = one.with_roles(draw(st.lists(ID, max_size=5, unique=True)))
    words = draw(st.lists(TEXT, max_size=12))
    return replace(
        one,
        timetable=draw(TIMES),
        style=draw(STYLES),
        crosspost=draw(st.booleans()),
        discussion=draw(st.booleans()),
        kind=draw(st.sampled_from([kind for kind in TargetKind if kind.value != "direct"])),
        filter=filter_of(words),
        tag_id=draw(st.none() | ID),
    )


@patient
@given(
    pairs=st.lists(st.tuples(subscriptions(), subscriptions()), min_size=1, max_size=50), text=TEXTS
)
def test_any_history_is_within_discords_limits(
    text: Text, pairs: list[tuple[Subscription, Subscription]]
) -> None:
    changes = [Change(1, 10**18, NOW, ChangeAction.EDITED, *pair) for pair in pairs]
    shown = [changes_page(changes, text, GUILD, page) for page in range(50)]
    for layout in shown:
        within_limits(layout)
    # Beyond the last page the last one is shown.
    assert texts(shown[-1]) == texts(shown[-2]) or len(pairs) == 50


@patient
@given(
    pairs=st.lists(st.tuples(st.none() | subscriptions(), subscriptions()), max_size=30),
    moved=st.booleans(),
    text=TEXTS,
)
def test_any_import_is_within_discords_limits(
    text: Text, pairs: list[tuple[Subscription | None, Subscription]], *, moved: bool
) -> None:
    changed = (GUILD, GuildSettings(1, "Asia/Seoul"))
    within_limits(import_page(7, pairs, changed, text, {}, moved=moved))
    within_limits(import_page(None, pairs, changed, text, {}, moved=False))


@patient
@given(one=subscriptions(), other=subscriptions(), typed=TEXT, text=TEXTS)
def test_any_panel_is_within_discords_limits(
    text: Text, one: Subscription, other: Subscription, typed: str
) -> None:
    problem = ("error.setup.colour", {"typed": typed})
    draft = Draft(one, GUILD, None, GUILD, {"colour": typed, "quiet": typed}, problem)
    opened = OpenDraft(7, draft)
    names = dict.fromkeys(range(30), "A tag of a forum")
    context = PanelContext((), tags=names, tag_names=names, trouble=typed)
    within_limits(panel_page(opened, text, context))
    within_limits(panel_page(OpenDraft(7, replace(draft, base=other)), text, context))
    within_limits(conflict_page(opened, other, None, text, names))
    for form in ("what", "when", "look", "after", "server"):
        made = panel_form(opened, form, text, context).to_dict()
        assert 0 < len(made["components"]) <= 5 or one.kind is TargetKind.THREAD
