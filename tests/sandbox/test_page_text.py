"""The page's pure modules (markdown, commands, times), asked in a real browser."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from sandbox import Sandbox
from tests.browser import browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# Draws the text as the page does, and gives the HTML without the page's own classes.
DRAW = """async (texts) => {
  const { Rich } = await import("/rich.js");
  const store = {
    users: new Map([["1", { username: "jisoo" }]]),
    channels: new Map([["2", { id: "2", name: "general", type: 0 }]]),
    role: (id) => (id === "3" ? { name: "Alerts", color: 0 } : null),
    userName: (id) => (id === "1" ? "Jisoo" : "unknown-user"),
  };
  const rich = new Rich(store, { open() {}, compose() {} });
  return texts.map((text) => {
    const element = rich.text(text);
    if (!element) return "";
    const wanted = ["href", "start"];
    for (const node of element.querySelectorAll("*")) {
      for (const { name } of [...node.attributes]) {
        if (!wanted.includes(name)) node.removeAttribute(name);
      }
    }
    for (const svg of element.querySelectorAll("svg")) svg.remove();
    return element.innerHTML.replaceAll("\\u2060", "");
  });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with Sandbox() as sandbox, browsing() as browser:
        owner = sandbox.world.add_user("owner")
        sandbox.world.add_channel(sandbox.world.add_guild("Guild", owner=owner), "general")
        yield await browser.open(sandbox.url)


# After Discord's help page "Markdown Text 101" and its reference "Message formatting", and what
# its client does with the rest.
CASES = {
    "plain words": "plain words",
    "*one* _two_ **three** __four__ ~~five~~": (
        "<em>one</em> <em>two</em> <strong>three</strong> <u>four</u> <s>five</s>"
    ),
    "***both*** __*u and i*__ **a *b* c**": (
        "<em><strong>both</strong></em> <u><em>u and i</em></u> <strong>a <em>b</em> c</strong>"
    ),
    "snake_case_name and 2 * 3 * 4": "snake_case_name and 2 * 3 * 4",
    r"\*not\* \_it\_ \\ \a": r"*not* _it_ \ \a",
    "**unclosed and *alone": "**unclosed and *alone",
    "`a *b* <c>` ``d ` e``": "<code>a *b* &lt;c&gt;</code> <code>d ` e</code>",
    "```py\nprint('*x*')\n```": "<pre><code>print('*x*')</code></pre>",
    "```one line```": "<pre><code>one line</code></pre>",
    "before\n```\ncode\n```\nafter": "before<pre><code>code</code></pre>after",
    "||hidden **bold**||": "<span><span>hidden <strong>bold</strong></span></span>",
    "# One\n## Two\n### Three\n#### Four": "<h2>One</h2><h3>Two</h3><h4>Three</h4>#### Four",
    "#hashtag and # inside": "#hashtag and # inside",
    "-# small *print*\nnext": "<small>small <em>print</em></small>next",
    "> one\n> two\nthree": "<div><span></span><blockquote>one\ntwo</blockquote></div>three",
    ">>> one\n- two": ("<div><span></span><blockquote>one<ul><li>two</li></ul></blockquote></div>"),
    "- a\n- b\n  - c\n- d": "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>",
    "3. a\n4. b\n- c": '<ol start="3"><li>a</li><li>b</li></ol><ul><li>c</li></ul>',
    "-no list": "-no list",
    "[words](https://a.example/x_(y)) [t](<https://b.example> 'title')": (
        '<a href="https://a.example/x_(y)">words</a> <a href="https://b.example/">t</a>'
    ),
    "[x](javascript:alert(1)) [y](/page/act) [https://a.example](https://b.example)": (
        "[x](javascript:alert(1)) [y](/page/act) "
        '[<a href="https://a.example/">https://a.example</a>]'
        '(<a href="https://b.example/">https://b.example</a>)'
    ),
    "(see https://a.example/x), <https://b.example/y>.": (
        '(see <a href="https://a.example/x">https://a.example/x</a>), '
        '<a href="https://b.example/y">https://b.example/y</a>.'
    ),
    "<t:0:D> <t:0:t> <t:0:d> <t:0:f> <t:0:F> <t:0:s> <t:0:T>": (
        "<time>January 1, 1970</time> <time>12:00 AM</time> <time>01/01/1970</time> "
        "<time>January 1, 1970 at 12:00 AM</time> "
        "<time>Thursday, January 1, 1970 at 12:00 AM</time> "
        "<time>01/01/1970, 12:00 AM</time> <time>12:00:00 AM</time>"
    ),
    "<t:99999999999999999> <t:1:x>": "&lt;t:99999999999999999&gt; &lt;t:1:x&gt;",
    "<@1> <@!1> <@9> <@&3> <@&9> <#2> <#9> @everyone @here": (
        "<span>@Jisoo</span> <span>@Jisoo</span> <span>@unknown-user</span> <span>@Alerts</span> "
        '<span>@unknown-role</span> <a href="#/2">general</a> <span>#unknown</span> '
        "<span>@everyone</span> <span>@here</span>"
    ),
    "</interviews search:5>": "<span>/interviews search</span>",
    "<script>alert(1)</script> & &amp;": ("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &amp;amp;"),
    "**서하늘**의 *새 앨범*": "<strong>서하늘</strong>의 <em>새 앨범</em>",
}


async def test_markdown_is_drawn_as_discord_draws_it(page: Page) -> None:
    drawn = await page.evaluate(DRAW, list(CASES))
    assert dict(zip(CASES, drawn, strict=True)) == CASES


MARKS = [
    "*",
    "**",
    "_",
    "__",
    "~~",
    "||",
    "`",
    "```",
    "\n",
    "> ",
    ">>> ",
    "- ",
    "1. ",
    "# ",
    "-# ",
    "[",
    "](",
    ")",
    "\\",
]
PIECES = st.lists(
    st.sampled_from([*MARKS, " ", "a", "한", "https://a.example", "<@1>", "<t:1:R>", "<b>", "'\""]),
    max_size=60,
).map("".join)


async def test_no_text_breaks_the_drawing_or_becomes_markup(page: Page) -> None:
    texts: list[str] = []

    @settings(max_examples=300, database=None, deadline=None)
    @given(PIECES)
    def gather(text: str) -> None:
        texts.append(text)

    gather()
    drawn = await page.evaluate(
        """async (texts) => {
          const { Rich } = await import("/rich.js");
          const none = { users: new Map(), channels: new Map(), role() {}, userName: () => "x" };
          const rich = new Rich(none, {});
          return texts.map((text) => {
            const element = rich.text(text, { tag: "div" });
            return [element?.textContent ?? "", element?.querySelectorAll("b, script").length ?? 0];
          });
        }""",
        texts,
    )
    for text, (shown, markup) in zip(texts, drawn, strict=True):
        assert markup == 0, text
        # Marks may go, and addresses into links; of the words nothing does.
        assert shown.count("한") == text.count("한"), (text, shown)
        assert shown.count("<b>") == text.count("<b>"), (text, shown)


PATHOLOGICAL = [
    *(mark * (4000 // len(mark)) for mark in MARKS if mark != "\n"),
    "[" * 2000 + "](https://a.example)" * 100,
    "*a " * 1333,
    "_a __b " * 570,
    "**a __b ~~c ||d " * 250,
    "> " + "# " * 1999,
    "".join(f"{' ' * (n % 60)}- x\n" for n in range(120)),
    "<" * 4000,
    "https://" * 500,
    "*" + " " * 3998 + "*",
    "# " + " " * 3990 + "x #",
    "```" + "`" * 3000 + "x",
]


async def test_the_worst_text_of_4000_letters_is_drawn_at_once(page: Page) -> None:
    started = time.monotonic()
    drawn = await page.evaluate(DRAW, PATHOLOGICAL)
    assert len(drawn) == len(PATHOLOGICAL)
    # Backtracking without bound would take minutes; this takes a fraction of a second.
    assert time.monotonic() - started < 20


COMMANDS: list[dict[str, Any]] = [
    {
        "id": "1",
        "type": 1,
        "name": "interviews",
        "description": "-",
        "name_localizations": {"ko": "인터뷰"},
        "options": [
            {
                "type": 1,
                "name": "search",
                "description": "Search",
                "name_localizations": {"ko": "검색"},
                "options": [
                    {"type": 4, "name": "year", "description": "-"},
                    {"type": 3, "name": "query", "description": "-", "required": True},
                ],
            },
            {"type": 1, "name": "searchable", "description": "Other", "options": []},
        ],
    },
    {"id": "2", "type": 2, "name": "A user command"},
]


async def ask(page: Page, script: str, *values: Any) -> Any:
    return await page.evaluate(
        f"async (values) => {{ const m = await import('/commands.js'); {script} }}", list(values)
    )


async def test_commands_are_listed_one_by_one_in_the_persons_language(page: Page) -> None:
    script = "return m.flatten(values[0], values[1]).map((e) => [e.name, e.label])"
    assert await ask(page, script, COMMANDS, "en-US") == [
        ["interviews search", "interviews search"],
        ["interviews searchable", "interviews searchable"],
    ]
    assert (await ask(page, script, COMMANDS, "ko"))[0] == ["interviews search", "인터뷰 검색"]
    names = "return m.flatten(values[0], 'en')[0].options.map((o) => o.name)"
    assert await ask(page, names, COMMANDS) == ["query", "year"]


async def test_times_are_written_in_the_viewers_language(page: Page) -> None:
    script = """async () => {
        const times = await import('/time.js');
        const written = (locale) => {
            times.timesIn(locale);
            return ['D', 'f'].map((style) => times.timestamp(0, style));
        };
        const all = ['ko', 'pt-BR', 'en-US'].map(written);
        times.timesIn('th');
        return [...all, times.relative(new Date(0), 3600_000)];
    }"""
    assert await page.evaluate(script) == [
        ["1970년 1월 1일", "1970년 1월 1일 오전 12:00"],
        ["1 de janeiro de 1970", "1 de janeiro de 1970 às 00:00"],
        ["January 1, 1970", "January 1, 1970 at 12:00 AM"],
        "1 ชั่วโมงที่ผ่านมา",
    ]


async def test_the_most_used_commands_come_first_and_those_for_admins_last(page: Page) -> None:
    fans = [
        {"type": 1, "name": name, "description": "-"}
        for name in ("artist", "latest", "random", "read", "search")
    ]
    commands = [
        {"name": "announcements", "options": [], "default_member_permissions": "32"},
        {"name": "bot", "options": [], "default_member_permissions": "0"},
        {"name": "interviews", "options": fans, "default_member_permissions": None},
        {"name": "zoo", "options": []},
    ]
    assert await ask(page, "return m.flatten(values[0], 'en').map((e) => e.name)", commands) == [
        "interviews search",
        "interviews latest",
        "interviews read",
        "interviews artist",
        "interviews random",
        "zoo",
        "announcements",
        "bot",
    ]


async def test_a_typed_command_is_recognised(page: Page) -> None:
    cases: dict[str, list[Any] | None] = {
        "/interviews sea": None,
        "/interviews search": ["interviews search", "", False],
        "/interviews search ": ["interviews search", "", True],
        "/interviews search two words": ["interviews search", "two words", True],
        "/interviews searchable x": ["interviews searchable", "x", True],
    }
    script = """return values[1].map((typed) => {
        const found = m.called(m.flatten(values[0], "en"), typed);
        return found && [found.entry.name, found.rest, found.complete];
    })"""
    assert await ask(page, script, COMMANDS, list(cases)) == list(cases.values())


async def test_values_are_checked_before_they_are_sent(page: Page) -> None:
    whole, text, truth = {"type": 4, "min_value": 1, "max_value": 10}, {"type": 3}, {"type": 5}
    chosen = {"type": 3, "choices": [{"name": "Idol", "value": "idol"}]}
    cases: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
        (whole, "7", {"value": 7}),
        (whole, "0", {"error": "Enter 1 or more."}),
        (whole, "11", {"error": "Enter 10 or less."}),
        (whole, "1.5", {"error": "Enter a whole number."}),
        (whole, "Infinity", {"error": "Enter a whole number."}),
        (whole, "", {"empty": True}),
        ({**text, "required": True}, " ", {"error": "This option is required. Give it a value."}),
        (text, "  two  words ", {"value": "  two  words "}),
        ({**text, "min_length": 3}, "ab", {"error": "Write at least 3 characters."}),
        ({**text, "max_length": 1}, "ab", {"error": "Write 1 characters at most (now 2)."}),
        (truth, "TRUE", {"value": True}),
        (truth, "yes", {"error": "Pick True or False."}),
        (chosen, "idol", {"value": "idol"}),
        (chosen, "actor", {"error": "Pick one of the choices."}),
        ({"type": 7}, "general", {"error": "Pick a channel from the list."}),
        ({"type": 8}, "general", {"error": "Pick a role from the list."}),
    ]
    pills = [{"option": option, "text": typed, "value": None} for option, typed, _ in cases]
    found = await ask(page, "return values[0].map(m.valueOf)", pills)
    assert found == [expected for *_, expected in cases], json.dumps(found)
