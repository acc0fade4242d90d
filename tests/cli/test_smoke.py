"""``smoke`` against the sandbox: what holds, what does not, and that nothing is left behind."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.entities import Guild
from sandbox.faults import Rule
from sandbox.permissions import DEFAULT_BOT, Permission
from sandbox.site import SampleSite
from tests.process import pointed_at, run_verb, running

P = Permission

HELD = [
    "held      the feed has an interview with a picture",
    "held      a card, with a picture that Discord had never seen",
    "held      a post in a forum",
    "held      a post in a media channel, with the picture attached",
    "held      a quote, drawn and uploaded",
    "held      a message published, and carried into a channel that follows",
    "held      a nonce sent twice makes one message",
    "held      a direct message to the application's owner",
]


@pytest.fixture
def guild(discord_here: Sandbox) -> Guild:
    """A guild whose owner is the application's, with a channel that is none of the test's."""
    bits = DEFAULT_BOT | P.MANAGE_CHANNELS | P.MANAGE_WEBHOOKS
    world = discord_here.world
    guild = world.add_guild("Ops", owner=world.application.owner, bot_permissions=int(bits))
    world.add_channel(guild, "kcrush-smoke-notes")
    return guild


def left(sandbox: Sandbox) -> list[str]:
    """The channels and messages that the sandbox still holds."""
    world = sandbox.world
    messages = [
        one.content for channel in world.channels.values() for one in channel.messages.values()
    ]
    return [channel.name for channel in world.channels.values() if not channel.is_dm] + messages


async def test_all_of_it_holds_and_nothing_is_left(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite, guild: Guild
) -> None:
    env = pointed_at(discord_here, sample_site.feed_url)
    ended = await run_verb(tmp_path, "smoke", "--guild", str(guild.id), env=env)
    assert ended.out.splitlines() == HELD, ended.err
    assert ended.code == 0
    assert left(discord_here) == ["kcrush-smoke-notes"]
    made = [
        one for one in discord_here.requests if one.path.endswith(f"guilds/{guild.id}/channels")
    ]
    assert sum(one.method == "POST" for one in made) == 7
    assert not (tmp_path / "data").exists()


async def test_what_does_not_hold_is_said_and_stops_nothing_else(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite, guild: Guild
) -> None:
    discord_here.faults.add(Rule(match="POST /channels/[0-9]+/threads", status=403, code=50013))
    discord_here.faults.add(
        Rule(match="POST /channels/[0-9]+/followers", status=400, code=30007, message="Too many")
    )
    discord_here.world.application.owner.blocks_app = True
    env = pointed_at(discord_here, sample_site.feed_url)

    ended = await run_verb(tmp_path, "smoke", "--guild", str(guild.id), env=env)

    assert ended.code == 1
    lines = ended.out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        *("held", "held", "NOT HELD", "NOT HELD", "NOT HELD", "NOT HELD", "held", "NOT HELD")
    ]
    assert lines[5].endswith("a channel that follows: Discord refused it (400): Too many.")
    assert "a post in a forum: it was not sent: I can't post in the channel" in lines[2]
    assert "a direct message to the application's owner: it was not sent: " in lines[-1]
    assert left(discord_here) == ["kcrush-smoke-notes"]


async def test_what_the_server_lacks_and_what_could_not_be_deleted_is_said(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite, guild: Guild
) -> None:
    # The fifth channel is the announcement channel.
    made = Rule(match="POST /guilds/[0-9]+/channels", status=400, code=50035, times=1)
    env = pointed_at(discord_here, sample_site.feed_url)
    async with running(tmp_path, env, "smoke", "--guild", str(guild.id)) as smoke:
        await discord_here.wait_until(lambda _: len(guild.channels) == 5 or None, 60, "channels")
        discord_here.faults.add(made)
        discord_here.faults.add(Rule(match="DELETE /channels/[0-9]+$", status=403, code=50013))
        assert await smoke.ended() == 1
    said = smoke.log.read_text()
    assert "only a Community server has announcement channels" in said
    assert "Please delete what is left by hand: channels named kcrush-smoke-" in said


async def test_what_the_bot_lacks_is_named_before_anything_is_made(
    tmp_path: Path, discord_here: Sandbox, sample_site: SampleSite
) -> None:
    guild = discord_here.world.add_guild("Ops", everyone=0)
    env = pointed_at(discord_here, sample_site.feed_url)
    ended = await run_verb(tmp_path, "smoke", "--guild", str(guild.id), env=env)
    elsewhere = await run_verb(tmp_path, "smoke", "--guild", "99999999999999999", env=env)
    assert (ended.code, elsewhere.code) == (1, 1)
    assert ended.err.splitlines()[-1].startswith(
        "In this server the bot lacks: Manage Channels, Manage Webhooks. Allow them"
    )
    assert elsewhere.err.splitlines()[-1].startswith(
        "The bot is in no server with the id 99999999999999999. Add it with https://discord.com/"
    )
    assert left(discord_here) == []


AMID_AN_ANSWER = Rule(match="GET /channels/[0-9]+/messages/", latency=(30.0, 30.0))
ANSWER_LOST = Rule(match="POST /guilds/[0-9]+/channels", drop=True, when="after", times=1)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (signal.SIGINT, AMID_AN_ANSWER),
        (signal.SIGTERM, ANSWER_LOST),
    ],
    ids=["Ctrl-C", "a channel whose id is not known"],
)
async def test_stopped_amid_a_step_it_deletes_what_it_made(
    tmp_path: Path,
    discord_here: Sandbox,
    sample_site: SampleSite,
    guild: Guild,
    number: signal.Signals,
    rule: Rule,
) -> None:
    discord_here.faults.add(replace(rule))
    env = pointed_at(discord_here, sample_site.feed_url)
    async with running(tmp_path, env, "smoke", "--guild", str(guild.id)) as smoke:
        await discord_here.wait_until(
            lambda world: any(channel.messages for channel in world.channels.values()),
            60,
            "the first message",
        )
        smoke.process.send_signal(number)
        assert await smoke.ended() == 1
    assert "Stopped; what was made is being deleted." in smoke.log.read_text()
    assert left(discord_here) == ["kcrush-smoke-notes"]
