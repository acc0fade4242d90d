"""Application commands: what is refused and how."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.validate.commands import command_list_payload
from tests.sandbox.rest_api import error_codes

NAME = "APPLICATION_COMMAND_INVALID_NAME"
TYPE = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
LENGTH = "BASE_TYPE_BAD_LENGTH"
LONG = "BASE_TYPE_MAX_LENGTH"
CHOICES = "BASE_TYPE_CHOICES"


def command(*options: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"name": "interviews", "description": "Interviews"}
    if options:
        made["options"] = list(options)
    return made | more


def option(kind: int = 3, name: str = "query", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "What to look for"} | more


def choices(*values: Any) -> list[dict[str, Any]]:
    return [{"name": str(value), "value": value} for value in values]


def command_payload(payload: Any) -> dict[str, Any]:
    """One command, validated as a list of one."""
    (cleaned,) = command_list_payload([payload])
    return cleaned


def refused(payload: Any) -> dict[str, str]:
    with pytest.raises(ApiError) as caught:
        command_payload(payload)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    return dict(error_codes((caught.value.errors or {})["0"]))


WRONG: dict[str, tuple[Any, dict[str, str]]] = {
    "capitals": (command(name="Interviews"), {"name": NAME}),
    "blanks": (command(name="my interviews"), {"name": NAME}),
    "a dot": (command(name="a.b"), {"name": NAME}),
    "33 letters": (command(name="x" * 33), {"name": LENGTH}),
    "no name": ({"description": "x"}, {"name": "BASE_TYPE_REQUIRED"}),
    "no description": ({"name": "x"}, {"description": "BASE_TYPE_REQUIRED"}),
    "description of 101": (command(description="x" * 101), {"description": LENGTH}),
    "a locale unknown": (
        command(name_localizations={"kr": "x"}),
        {"name_localizations.kr": CHOICES},
    ),
    "a localized name with capitals": (
        command(name_localizations={"de": "Gespräche"}),
        {"name_localizations.de": NAME},
    ),
    "an option without description": (
        command({"type": 3, "name": "query"}),
        {"options.0.description": "BASE_TYPE_REQUIRED"},
    ),
    "an option of type 12": (command(option(12)), {"options.0.type": CHOICES}),
    "26 options": (
        command(*(option(name=f"o{n}") for n in range(26))),
        {"options": LONG},
    ),
    "the same option twice": (
        command(option(), option()),
        {"options.1.name": "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"},
    ),
    "required after optional": (
        command(option(), option(name="b", required=True)),
        {"options.1": "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
    ),
    "a subcommand beside an option": (
        command(option(1, "latest"), option()),
        {"options": TYPE},
    ),
    "a subcommand in a subcommand": (
        command(option(1, "a", options=[option(1, "b")])),
        {"options.0.options": TYPE},
    ),
    "a group of plain options": (
        command(option(2, "a", options=[option()])),
        {"options.0.options": TYPE},
    ),
    "a group in a group": (
        command(option(2, "a", options=[option(2, "b")])),
        {"options.0.options": TYPE},
    ),
    "26 choices": (
        command(option(choices=choices(*range(26)))),
        {"options.0.choices": LONG},
    ),
    "a choice of 101": (
        command(option(choices=choices("x" * 101))),
        {"options.0.choices.0.name": LENGTH, "options.0.choices.0.value": LENGTH},
    ),
    "a choice that is no number": (
        command(option(4, choices=choices("x"))),
        {"options.0.choices.0.value": "NUMBER_TYPE_COERCE"},
    ),
    "choices of a boolean": (
        command(option(5, choices=choices("x"))),
        {"options.0.choices": "UNKNOWN_FIELD"},
    ),
    "choices and autocomplete": (
        command(option(choices=choices("x"), autocomplete=True)),
        {"options.0": "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES"},
    ),
    "a context unknown": (command(contexts=[3]), {"contexts.0": CHOICES}),
    "an installation unknown": (
        command(integration_types=[2]),
        {"integration_types.0": CHOICES},
    ),
    "permissions no number": (
        command(default_member_permissions="manage"),
        {"default_member_permissions": "NUMBER_TYPE_COERCE"},
    ),
    "a user command with options": (
        {"name": "Say Hello", "type": 2, "options": []},
        {"options": "UNKNOWN_FIELD"},
    ),
    "a user command with a description": (
        {"name": "Say Hello", "type": 2, "description": "x"},
        {"description": LONG},
    ),
    "a key nobody knows": (command(dmpermission=True), {"dmpermission": "UNKNOWN_FIELD"}),
    "no object": ("interviews", {"": "MODEL_TYPE_CONVERT"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused_with_the_place_and_the_code(name: str) -> None:
    payload, expected = WRONG[name]
    assert refused(payload) == expected


@pytest.mark.parametrize("name", ["인터뷰", "интервью", "สัมภาษณ์", "साक्षात्कार", "a-b_c'd", "123"])
def test_names_of_all_scripts(name: str) -> None:
    assert command_payload(command(name=name))["name"] == name


def test_more_than_8000_characters_are_too_many() -> None:
    def wide(count: int) -> Any:
        options = [
            option(
                name=f"o{number}",
                description="x" * 100,
                choices=[{"name": f"{n:02}" * 50, "value": "v"} for n in range(10)],
            )
            for number in range(count)
        ]
        return command(*options)

    assert len(command_payload(wide(7))["options"]) == 7
    assert refused(wide(8)) == {"": "APPLICATION_COMMAND_TOO_LARGE"}


def test_a_list_with_a_name_twice() -> None:
    with pytest.raises(ApiError) as caught:
        command_list_payload([command(), command(), {"name": "interviews", "type": 2}])
    assert dict(error_codes(caught.value.errors or {})) == {
        "1": "APPLICATION_COMMANDS_DUPLICATE_NAME"
    }
    with pytest.raises(ApiError) as caught:
        command_list_payload({"name": "x"})
    assert dict(error_codes(caught.value.errors or {})) == {"": "LIST_TYPE_CONVERT"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "name", "description", "options", "choices", "value", "required", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(body=st.fixed_dictionaries({"name": _json, "description": _json, "options": _json}))
def test_any_command_is_taken_or_refused_politely(body: Any) -> None:
    refusal: ApiError | None = None
    try:
        command_payload(body)
    except ApiError as error:
        refusal = error
    if refusal is not None:
        assert refusal.code == 50035
        assert list(error_codes(refusal.errors or {}))
