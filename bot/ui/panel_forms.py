"""The panel's forms: each opens over it, and comes back to it."""

import calendar
from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord import ui

from bot.core.drafts import NO_LANGUAGE, Draft, OpenDraft
from bot.core.filters import TermSort, parse_filter
from bot.core.i18n import Text
from bot.core.model import Doubt, Form, Frequency, Topic
from bot.core.targets import OPTIONS, TargetOption
from bot.core.text import shorten
from bot.core.text_above import LONGEST_TEXT
from bot.core.timetable import clock_face
from bot.ui.admin_ids import SetupForm
from bot.ui.layout import OPTION_LIMIT, StatelessView, option
from bot.ui.panel import PanelContext
from bot.ui.subscriptions import hex_of

TITLE_LIMIT = 45
LABEL_LIMIT = 45
DESCRIPTION_LIMIT = 100
"""Of a modal and its labels (Discord docs, Component Reference, Label)."""

TYPED_LIMIT = 60

CHOSEN = ","
"""Parts what was chosen in a menu, in a draft's ``typed``."""


class StatelessForm(StatelessView, ui.Modal):
    """A form that is answered by its custom_id, also after a restart."""

    def __init__(self, title: str, custom_id: str, fields: Iterable[ui.Item[Any] | None]) -> None:
        super().__init__(title=shorten(title, TITLE_LIMIT), custom_id=custom_id, timeout=None)
        for field in fields:
            if field is not None:
                self.add_item(field)


def panel_form(opened: OpenDraft, form: str, text: Text, context: PanelContext) -> StatelessForm:
    """One of the panel's forms, filled with what the draft has, or with what was typed last and
    could not be taken."""
    fields = _FIELDS[form](opened.draft, text, context)
    custom_id = SetupForm(opened.id, form).custom_id
    return StatelessForm(text(f"panel.{form}"), custom_id, fields)


Fields = list["ui.Item[Any] | None"]


def _what(draft: Draft, text: Text, context: PanelContext) -> Fields:
    del context
    chosen = parse_filter(draft.subscription.filter)

    def listed(sort: TermSort) -> str:
        return ", ".join(chosen.values(sort))

    out = [str(term).removeprefix("-") for term in chosen.terms if term.excluded]
    without = ", ".join(part.replace('"', "") for part in out)
    kinds = {topic.value: text(f"kind.{topic}") for topic in Topic}
    wanted = _typed_choice(draft, "kinds", CHOSEN.join(chosen.values(TermSort.KIND)))
    menu: ui.Select[Any] = ui.Select(
        custom_id="kinds",
        options=[
            option(label, value, default=value in wanted.split(CHOSEN))
            for value, label in kinds.items()
        ],
        min_values=0,
        max_values=len(kinds),
        required=False,
        placeholder=text("panel.any-kind"),
    )
    lines = {"artists": listed(TermSort.ARTIST), "words": listed(TermSort.WORDS)}
    return [
        labelled("kinds", text, menu),
        *(labelled(name, text, _line(name, draft, now, text, 300)) for name, now in lines.items()),
        labelled("without", text, _line("without", draft, without, text, 300)),
    ]


def _typed_choice(draft: Draft, name: str, now: str) -> str:
    """What was chosen last in a form that could not be taken, else what holds."""
    return draft.typed.get(name, now)


def _times(draft: Draft, text: Text, context: PanelContext) -> Fields:
    del context
    times, quiet = draft.subscription.timetable, draft.subscription.timetable.quiet
    shown = f"{clock_face(quiet.start)}–{clock_face(quiet.until)}" if quiet else ""
    frequencies = {one.value: text(f"panel.frequency.{one}") for one in Frequency}
    days = {str(day): text(f"weekday.{day}") for day in range(len(calendar.day_name))}
    hours = {str(hour): clock_face(hour * 60) for hour in range(24)}
    return [
        labelled("frequency", text, _menu("frequency", frequencies, draft, times.frequency)),
        labelled("weekday", text, _menu("weekday", days, draft, str(times.weekday))),
        labelled("hour", text, _menu("hour", hours, draft, str(times.hour))),
        labelled("quiet", text, _line("quiet", draft, shown, text)),
    ]


def _look(draft: Draft, text: Text, context: PanelContext) -> Fields:
    style = draft.subscription.style
    languages = {NO_LANGUAGE: text("panel.no-language"), **context.languages}
    language = style.language or NO_LANGUAGE
    forms = {one.value: text(f"panel.form.{one}") for one in Form}
    switches = _switched(draft, {"spoiler": style.spoiler, "silent": style.silent})
    return [
        labelled("form", text, _menu("form", forms, draft, style.form)),
        labelled("colour", text, _line("colour", draft, hex_of(style), text)),
        labelled("switches", text, _switches(switches, text)),
        labelled("above", text, _above(draft, text)),
        labelled("language", text, _menu("language", languages, draft, language)),
    ]


def _after(draft: Draft, text: Text, context: PanelContext) -> Fields:
    one, offered = draft.subscription, OPTIONS[draft.subscription.kind]
    states = {TargetOption.CROSSPOST: one.crosspost, TargetOption.DISCUSSION: one.discussion}
    switches = _switched(
        draft, {name.value: is_on for name, is_on in states.items() if name in offered}
    )
    tags = {str(id_): name for id_, name in context.tag_names.items()}
    tags = {"": text("panel.no-tag")} | dict(list(tags.items())[: OPTION_LIMIT - 1])
    has_tag = TargetOption.TAG in offered
    menu = _menu("tag", _valued(tags), draft, str(one.tag_id or "0")) if has_tag else None
    return [
        labelled("after", text, _switches(switches, text)) if switches else None,
        labelled("tag", text, menu) if menu is not None else None,
    ]


def _valued(tags: Mapping[str, str]) -> dict[str, str]:
    """No value of a menu may be empty."""
    return {value or "0": name for value, name in tags.items()}


def _server(draft: Draft, text: Text, context: PanelContext) -> Fields:
    del context
    settings = draft.settings
    doubts = {one.value: text(f"panel.{one}") for one in Doubt}
    return [
        labelled("zone", text, _line("zone", draft, settings.time_zone or "", text)),
        labelled("doubt", text, _menu("doubt", doubts, draft, settings.doubt)),
    ]


_FIELDS = {"what": _what, "when": _times, "look": _look, "after": _after, "server": _server}


def labelled(name: str, text: Text, component: ui.Item[Any]) -> ui.Item[Any]:
    label, description = text(f"panel.field.{name}"), text(f"panel.hint.{name}")
    return ui.Label(
        text=shorten(label, LABEL_LIMIT),
        component=component,
        description=shorten(description, DESCRIPTION_LIMIT),
    )


def _menu(name: str, choices: Mapping[str, str], draft: Draft, now: str) -> "ui.Select[Any]":
    chosen = _typed_choice(draft, name, now)
    options = [option(label, value, default=value == chosen) for value, label in choices.items()]
    return ui.Select(custom_id=name, options=options)


def _line(
    name: str, draft: Draft, now: str, text: Text, limit: int = TYPED_LIMIT
) -> "ui.TextInput[Any]":
    """A field for a line, with what was typed last and could not be taken, else what holds."""
    return ui.TextInput(
        custom_id=name,
        default=draft.typed.get(name, now)[:limit],
        placeholder=text(f"panel.example.{name}"),
        required=False,
        max_length=limit,
    )


def _above(draft: Draft, text: Text) -> "ui.TextInput[Any]":
    return ui.TextInput(
        custom_id="above",
        style=discord.TextStyle.paragraph,
        default=draft.typed.get("above", draft.subscription.style.text_above),
        placeholder=text("panel.example.above"),
        required=False,
        max_length=LONGEST_TEXT,
    )


def _switched(draft: Draft, states: Mapping[str, bool]) -> dict[str, bool]:
    """The switches as they were ticked last in a form that could not be taken, else as they are."""
    ticked = draft.typed.get("switches")
    return {
        name: is_on if ticked is None else name in ticked.split(CHOSEN)
        for name, is_on in states.items()
    }


def _switches(states: Mapping[str, bool], text: Text) -> "ui.CheckboxGroup[Any]":
    options = [
        discord.CheckboxGroupOption(label=text(f"panel.switch.{name}"), value=name, default=is_on)
        for name, is_on in states.items()
    ]
    return ui.CheckboxGroup(custom_id="switches", options=options, required=False, min_values=0)
