"""The program from outside: verbs, exit codes, and the exact words for what goes wrong.

Each exit code comes once from an interpreter of its own; the others are forked.
"""

import html
import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.core.clock import SystemClock
from bot.store.columns import metadata
from bot.store.engine import open_database
from sandbox import Sandbox
from sandbox.site import SampleSite
from tests.process import pointed_at, run_verb
from tests.store.rows import asked
from tests.store.samples import database_url

SHARED = Path(__file__).resolve().parents[3] / "shared"
RECORDED = SHARED / "wordpress" / "recorded"
KEYS = {
    "guid",
    "url",
    "title",
    "subjects",
    "kinds",
    "published_at",
    "updated_at",
    "excerpt",
    "image_url",
    "intro",
    "turns",
    "outro",
    "warnings",
}
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{}</channel></rss>"""
ITEM = """<item><title>Interview: Nobody Known</title><link>https://m.example/nobody/</link>
<description>Hello.</description></item>"""


# ---------------------------------------------------------------- usage and settings


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["parse"],
        ["search"],
        ["search", ""],
        ["search", " \u3164 "],
        ["search", "!!!"],
        ["demo", "--port", "x"],
    ],
)
async def test_wrong_usage_is_exit_code_2(tmp_path: Path, arguments: list[str]) -> None:
    ended = await run_verb(tmp_path, *arguments, forked=arguments != ["fly"])
    assert ended.code == 2
    assert "Usage: kcrush-bot" in ended.err
    assert not (tmp_path / "data").exists()


async def test_run_without_a_token_is_a_configuration_error(tmp_path: Path) -> None:
    ended = await run_verb(tmp_path, "run", forked=False, env={"LOG_LEVEL": "warning"})
    assert ended.code == 78
    assert ended.err == (
        "DISCORD_TOKEN: is missing; the bot needs its token from the Discord developer portal. "
        "Example: DISCORD_TOKEN=(the token that the developer portal shows under Bot)\n"
    )


@pytest.mark.parametrize("verb", [["run"], ["poll"], ["search", "x"], ["migrate"]])
async def test_a_wrong_setting_ends_every_verb_with_one_line(
    tmp_path: Path, verb: list[str]
) -> None:
    ended = await run_verb(tmp_path, *verb, env={"POLL_INTERVAL": "soon"})
    assert ended.code == 78
    assert ended.out == ""
    assert ended.err == (
        'POLL_INTERVAL: must be a whole number of seconds, not "soon". Example: POLL_INTERVAL=300\n'
    )


# ---------------------------------------------------------------- parse


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded WordPress pages are not here")
async def test_parse_prints_the_recorded_feed_as_json(tmp_path: Path) -> None:
    ended = await run_verb(tmp_path, "parse", "--json", str(RECORDED / "interviews-feed.xml"))
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert len(found) == 10
    for interview in found:
        assert set(interview) == KEYS
        assert len(interview["turns"]) >= 8
        assert [turn["number"] for turn in interview["turns"]] == list(
            range(1, len(interview["turns"]) + 1)
        )
        for turn in interview["turns"]:
            assert set(turn) == {"number", "question", "answers"}
            assert turn["question"]
            assert all(set(answer) == {"speaker", "text"} for answer in turn["answers"])
            assert turn["answers"]
        assert interview["published_at"].endswith("+00:00")
        assert all(set(subject) == {"name", "role"} for subject in interview["subjects"])


async def test_parse_reads_files_urls_and_standard_input(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(FEED.format(ITEM), encoding="utf-8")
    address = sample_site.link(sample_site.posts[0])
    ended = await run_verb(
        tmp_path,
        "parse",
        "--json",
        str(feed),
        address,
        "-",
        stdin=FEED.format(ITEM).encode(),
    )
    assert (ended.code, ended.err) == (0, "")
    titles = [interview["title"] for interview in json.loads(ended.out)]
    assert titles == [
        "Interview: Nobody Known",
        sample_site.posts[0].title,
        "Interview: Nobody Known",
    ]


async def test_parse_goes_on_after_what_it_can_not_read(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(FEED.format(ITEM), encoding="utf-8")
    noise = tmp_path / "noise.bin"
    noise.write_bytes(b"\x00\xff no feed")
    ended = await run_verb(
        tmp_path,
        "parse",
        "--json",
        str(noise),
        "missing.xml",
        f"{sample_site.url}/no/such/page/",
        str(feed),
    )
    assert ended.code == 1
    assert [interview["title"] for interview in json.loads(ended.out)] == [
        "Interview: Nobody Known"
    ]
    lines = ended.err.splitlines()
    assert len(lines) == 3
    assert lines[0] == (
        f"{noise} holds no feed and no posts that can be read: RSS, RDF, Atom and JSON Feed are "
        "understood. Open it in a browser and check that it is the feed's address."
    )
    assert lines[1] == "missing.xml: can't be read: No such file or directory."
    assert lines[2] == (
        f"{sample_site.url}/no/such/page/: There's nothing at this address (status 404). Open "
        "the site in a browser and look for its feed."
    )


async def test_parse_for_people(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(FEED.format(ITEM), encoding="utf-8")
    ended = await run_verb(tmp_path, "parse", str(feed))
    assert ended.code == 0
    assert ended.out.startswith("Interview: Nobody Known\n=======================\n")


async def test_parse_explains_how_questions_were_told(tmp_path: Path) -> None:
    page = tmp_path / "feed.xml"
    body = "<p><b>Who are you?</b></p><p>I am Kassy.</p><p><b>And you?</b></p><p>So am I.</p>"
    title = "<title>Interview with Kassy</title>"
    item = f"<item>{title}<description>{html.escape(body)}</description></item>"
    page.write_text(FEED.format(item))
    ended = await run_verb(tmp_path, "parse", "--explain", str(page))
    assert ended.code == 0
    assert "Interview with Kassy: bold" in ended.err
    assert re.search(r"(?m)^  bold .* 2$", ended.err)


async def test_parse_stores_nothing(tmp_path: Path) -> None:
    await run_verb(tmp_path, "parse", "-", stdin=FEED.format(ITEM).encode())
    assert not (tmp_path / "data").exists()


async def test_parse_shows_what_the_feeds_parser_warns_of(tmp_path: Path) -> None:
    cut = (FEED.format(ITEM)[: -len("</channel></rss>")] + "<item><title>Cut").encode()
    for form in ([], ["--json"]):
        ended = await run_verb(tmp_path, "parse", *form, "-", stdin=cut)
        assert ended.code == 0
        assert "Interview: Nobody Known" in ended.out
        assert ended.err.startswith("-: ")
        assert "not well-formed" in ended.err


CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>{}</title><meta name="robots"
content="noindex,nofollow"></head><body><article><h1>www.kcrush.com</h1><p>Verifying you are human.
This may take a few seconds.</p><p>Why am I seeing this?</p></article>{}</body></html>"""


@pytest.mark.parametrize(
    "page",
    [
        CHALLENGE.format("Just a moment...", ""),
        CHALLENGE.format("Attention Required! | Cloudflare", ""),
        CHALLENGE.format("www.kcrush.com", "<script>window._cf_chl_opt = {};</script>"),
        CHALLENGE.format("Loading", "<iframe src='/_Incapsula_Resource?SWUDNSAI=31'></iframe>"),
        CHALLENGE.format(
            "x", "<meta http-equiv='refresh' content='0;/.well-known/sgcaptcha/?r=%2F'>"
        ),
    ],
)
async def test_parse_refuses_a_challenge_page(tmp_path: Path, page: str) -> None:
    ended = await run_verb(tmp_path, "parse", "-", stdin=page.encode())
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("- answered with a page that wants to see a browser at work")
    assert ended.err.count("\n") == 1


async def test_a_title_like_a_challenges_is_an_article(tmp_path: Path) -> None:
    page = CHALLENGE.format("Just a Moment: K!TE talk about their new single", "")
    ended = await run_verb(tmp_path, "parse", "-", stdin=page.encode())
    assert (ended.code, ended.err) == (0, "")
    assert "Verifying you are human." in ended.out


# ---------------------------------------------------------------- poll, search, migrate


async def test_poll_seeds_then_announces_and_search_finds(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url, DISCORD_TOKEN="")
    first = await run_verb(tmp_path, "poll", forked=False, env=env)
    assert (first.code, first.out) == (
        0,
        f"{sample_site.feed_url}: first poll: what is there is stored and announced nowhere\n",
    )
    again = await run_verb(tmp_path, "poll", env=env)
    assert again.out == f"{sample_site.feed_url}: unchanged\n"
    post = sample_site.publish()
    third = await run_verb(tmp_path, "poll", env=env)
    assert third.out == (f"{sample_site.feed_url}: 1 new, 0 updated, 0 announcements to send\n")
    word = post.title.split()[-1]
    found = await run_verb(tmp_path, "search", word, "--json", "--limit", "3", env=env)
    assert found.code == 0
    hits = json.loads(found.out)
    assert 1 <= len(hits) <= 3
    assert hits[0]["title"] == post.title
    assert hits[0]["url"] == sample_site.link(post)
    nothing = await run_verb(tmp_path, "search", "xyzzyqwx", env=env)
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err == (
        'Nothing found for "xyzzyqwx". Try fewer or other words, or another spelling of the name.\n'
    )


def polling(url: str) -> dict[str, str]:
    """The settings of a poll that logs nothing where all is well."""
    return {"FEED_URL": url, "POLL_INTERVAL": "1", "LOG_LEVEL": "warning"}


async def poll_error(folder: Path, site: SampleSite) -> str:
    ended = await run_verb(folder, "poll", env=polling(site.feed_url))
    assert ended.code == 1
    assert ended.out == ""
    return ended.err.removeprefix(f"{site.feed_url}: ").removesuffix("\n")


async def test_a_page_instead_of_a_feed_is_said(tmp_path: Path, sample_site: SampleSite) -> None:
    sample_site.html_instead()
    assert await poll_error(tmp_path, sample_site) == (
        f"{sample_site.feed_url} is a web page, not a feed. Use the address of the feed itself; "
        "on WordPress it is the page's address with feed/ at its end."
    )


async def test_an_empty_feed_is_said(tmp_path: Path, sample_site: SampleSite) -> None:
    sample_site.serve("", content_type="application/rss+xml")
    assert await poll_error(tmp_path, sample_site) == (
        f"{sample_site.feed_url} answered with nothing, not even an empty feed. Open it in a "
        "browser; if it is empty there too, the site has a problem that only its owner can mend."
    )


async def test_a_feed_without_entries_is_fine_but_check_wonders(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    sample_site.serve(FEED.format(""), content_type="application/rss+xml")
    ended = await run_verb(tmp_path, "poll", env=polling(sample_site.feed_url))
    assert (ended.code, ended.err) == (0, "")
    code, lines = await check(tmp_path, FEED_URL=sample_site.feed_url, POLL_INTERVAL="1")
    assert code == 1
    assert lines["feed"].endswith(
        "reachable, but there is no entry in it; make sure that FEED_URL names the right feed."
    )


async def test_a_site_that_fails_is_said(tmp_path: Path, sample_site: SampleSite) -> None:
    sample_site.fail(503, retry_after=600)
    assert await poll_error(tmp_path, sample_site) == (
        "The site asks to come back later (status 503). There's nothing to do but wait."
    )
    sample_site.heal()
    sample_site.fail(404)
    assert await poll_error(tmp_path, sample_site) == (
        "There's nothing at this address (status 404). Open the site in a browser and look for "
        "its feed."
    )


async def test_a_site_that_is_not_there_is_said(tmp_path: Path, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/feed/"
    ended = await run_verb(tmp_path, "poll", forked=False, env=polling(url))
    assert ended.code == 1
    assert ended.err.startswith(f"{url}: The site can't be reached (")
    assert ended.err.endswith(
        "If it opens in a browser, check this machine's network. "
        "Otherwise wait: the bot keeps trying.\n"
    )


async def test_migrate_says_where_it_got(tmp_path: Path) -> None:
    ended = await run_verb(tmp_path, "migrate")
    assert ended.code == 0
    assert re.fullmatch(r"The database is at schema \w+, the newest\.\n", ended.out)
    async with open_database(database_url(tmp_path / "data"), SystemClock()) as database:
        tables = await database.inspect(lambda one: sa.inspect(one).get_table_names())
    assert {"interviews", "turns", "subscriptions", "deliveries"} <= {*tables}


# ---------------------------------------------------------------- check


async def check(folder: Path, **env: str) -> tuple[int, dict[str, str]]:
    ended = await run_verb(folder, "check", env=env)
    assert "Traceback" not in ended.err
    lines = {}
    for line in ended.out.splitlines():
        verdict, rest = line[:6].strip(), line[6:]
        what, _, detail = rest.partition(": ")
        lines[what.split(" ")[0]] = f"{verdict} {detail}"
    return ended.code, lines


async def test_check_finds_all_well(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    code, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert code == 0
    assert lines["database"] == "ok not there yet; the first start creates it"
    assert list(tmp_path.iterdir()) == []
    await run_verb(tmp_path, "migrate")
    before = {path.name for path in tmp_path.rglob("*")}
    code, lines = await check(tmp_path, **pointed_at(discord_here, sample_site.feed_url))
    assert code == 0
    assert {path.name for path in tmp_path.rglob("*")} == before
    assert lines["settings"] == "ok all are usable"
    assert re.fullmatch(
        r"ok writable and whole, schema \w+ \(the newest\), 0 interviews, \d\.\d MiB",
        lines["database"],
    )
    assert lines["feed"] == (
        "ok reachable, 10 interviews in it; unchanged, it is not sent again; "
        "its archive can be read by REST"
    )
    assert re.match(r"ok the token belongs to .+; invite it with https://", lines["Discord"])
    assert "permissions=" in lines["Discord"]


async def test_check_says_the_mend_of_each_thing(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    file = tmp_path / "kcrush.db"
    file.write_text("this is no database, but a text\n" * 99)
    env = pointed_at(
        discord_here,
        f"{sample_site.url}/",
        DISCORD_TOKEN="a.b.c",
        DATABASE_URL=f"sqlite+aiosqlite:///{file}",
    )
    code, lines = await check(tmp_path, **env)
    assert code == 1
    assert lines["settings"].startswith("ok ")
    assert lines["database"].startswith("FAIL ")
    assert "kcrush.db" in lines["database"]
    assert lines["feed"].startswith("FAIL ")
    assert lines["Discord"].startswith("FAIL DISCORD_TOKEN: Discord refuses this token (401)")


async def test_a_wrong_setting_is_a_line_of_check_and_not_its_end(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    env = pointed_at(
        discord_here, sample_site.feed_url, NONCE_WINDOW="long", BACKFILL="yes", DATA_DIR="what?"
    )
    ended = await run_verb(tmp_path, "check", env=env)
    assert ended.code == 1
    assert ended.err == ""
    lines = ended.out.splitlines()
    assert lines[:2] == [
        'FAIL  settings: NONCE_WINDOW: must be a whole number from 0 to 600, not "long". '
        "Example: NONCE_WINDOW=120",
        'FAIL  settings: BACKFILL: must be one of on, off, not "yes". Example: BACKFILL=on',
    ]
    assert {line.split()[0] for line in lines[2:]} == {"ok"}
    assert {"database:", "feed", "Discord:"} <= {line.split()[1] for line in lines[2:]}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "left_out"),
    [
        ({"FEED_URL": "ftp://me:hush@a.example"}, "feed"),
        ({"DATABASE_URL": "mysql://me:hush@db/x"}, "database"),
        ({"DISCORD_TOKEN": "Bot a.b.c"}, "Discord"),
        ({"DISCORD_API_URL": "discord.com"}, "Discord"),
    ],
)
async def test_what_needs_a_wrong_setting_is_not_checked(
    tmp_path: Path,
    discord_here: Sandbox,
    sample_site: SampleSite,
    wrong: dict[str, str],
    left_out: str,
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url) | wrong
    code, lines = await check(tmp_path, **env)
    assert code == 1
    needing = {"database", "feed", "Discord"}
    assert set(lines) & needing == needing - {left_out}
    assert "hush" not in str(lines)


async def test_a_password_of_the_feed_is_sent_and_never_shown(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    url = sample_site.feed_url.replace("://", "://reader:hu%40sh@")
    env = pointed_at(discord_here, url, DISCORD_TOKEN="", LOG_LEVEL="debug")
    for verb in (["check"], ["poll"], ["poll"], ["backfill", "--rate", "0"]):
        ended = await run_verb(tmp_path, *verb, env=env)
        assert sample_site.feed_url in ended.out
        assert "hu%40sh" not in ended.out + ended.err
        assert "hu@sh" not in ended.out + ended.err
    sample_site.fail(500)
    ended = await run_verb(tmp_path, "poll", env=env)
    assert f"\n{sample_site.feed_url}: The site is having problems" in ended.err
    assert "hu%40sh" not in ended.err
    data = tmp_path / "data"
    stored = [await asked(data, f"SELECT * FROM {table}") for table in metadata.tables]  # noqa: S608
    assert "hu%40sh" not in str(stored)


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["what?", "a#b", "per%20cent", "with space", "?mode=ro"])
async def test_any_data_dir_works(tmp_path: Path, sample_site: SampleSite, name: str) -> None:
    env = {
        "DATA_DIR": str(tmp_path / name),
        "FEED_URL": sample_site.feed_url,
        "POLL_INTERVAL": "1",
    }
    assert (await run_verb(tmp_path, "poll", env=env)).code == 0
    found = await run_verb(tmp_path, "search", "music", env=env)
    assert found.code == 0
    assert found.out
    _, lines = await check(tmp_path, **env)
    assert lines["database"].startswith("ok writable")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert {path.name for path in (tmp_path / name).iterdir()} == {"kcrush.db", "index"}


async def test_an_index_that_is_a_file_stops_no_poll_and_search_says_so(
    tmp_path: Path, sample_site: SampleSite
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "index").write_text("in the way")
    env = {"FEED_URL": sample_site.feed_url, "POLL_INTERVAL": "1"}
    ended = await run_verb(tmp_path, "poll", env=env)
    assert "first poll" in ended.out
    for verb in (["poll"], ["search", "music"]):
        ended = await run_verb(tmp_path, *verb, env=env)
        assert ended.code == 1
        said = f"The search index in {tmp_path / 'data' / 'index'} can't be written: File exists."
        assert said in ended.err
        assert "Traceback" not in ended.err
    assert (tmp_path / "data" / "index").read_text() == "in the way"


async def test_check_without_token_or_network(tmp_path: Path, unused_tcp_port: int) -> None:
    nowhere = f"http://127.0.0.1:{unused_tcp_port}"
    code, lines = await check(tmp_path, FEED_URL=f"{nowhere}/feed/")
    assert code == 1
    assert lines["Discord"] == (
        "FAIL DISCORD_TOKEN is empty. Copy the bot's token from the developer portal into .env, "
        "or use make run for the sandbox."
    )
    code, lines = await check(
        tmp_path, FEED_URL=f"{nowhere}/feed/", DISCORD_API_URL=nowhere, DISCORD_TOKEN="a.b.c"
    )
    assert lines["Discord"].startswith(f"FAIL {nowhere} can't be reached (")
    assert lines["Discord"].endswith("Check the network and DISCORD_API_URL.")
