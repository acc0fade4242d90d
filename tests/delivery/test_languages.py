"""In which language announcements and direct messages are written."""

import gettext

import pytest

from bot.core.artists import artist_id, artist_ids
from bot.core.i18n import Messages, Text
from bot.core.model import Style, Subject
from bot.core.readers import FollowRequest
from sandbox.entities import ChannelType
from tests.catalogues import read_catalogue, sentences
from tests.cogs.stage import labels
from tests.delivery.stage import Stage, spoken

HAN = Subject("Han Seoyun", "Singer", ("한서윤",))
ENGLISH = sentences(read_catalogue("en"))
KOREAN = {
    "card.read": "여기서 읽기",
    "discussion.open": "이야기해요",
    "discussion.invite": "이야기해요",
}


class Catalogue(gettext.NullTranslations):
    """English, but for what `translated` has."""

    def __init__(self, translated: dict[str, str]) -> None:
        super().__init__()
        self._translated = translated

    def gettext(self, message: str) -> str:
        return self._translated.get(message) or ENGLISH[message][0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ENGLISH[msgid1][n != 1]


@pytest.fixture(autouse=True)
def two_languages(on_stage: Stage) -> None:
    messages = Messages({"en": Catalogue({}), "ko": Catalogue(KOREAN)})
    assert isinstance(messages.text("ko"), Text)
    on_stage.client.messages = messages


async def test_an_announcement_is_in_its_own_language(on_stage: Stage) -> None:
    korean, other = (on_stage.channel(ChannelType.TEXT) for _ in range(2))
    await on_stage.subscribe(korean, style=Style(language="ko"), discussion=True)
    await on_stage.subscribe(other)
    await on_stage.publish()
    await on_stage.deliver()
    (announced,), (plain,) = spoken(korean), spoken(other)
    assert "여기서 읽기" in labels(announced)
    assert "Read here" in labels(plain)
    thread = on_stage.sandbox.world.channels[announced.id]
    (opener,) = spoken(thread)
    assert "이야기해요" in str(opener.components)


async def test_a_language_without_a_catalogue_is_english(on_stage: Stage) -> None:
    channel = on_stage.channel(ChannelType.TEXT)
    await on_stage.subscribe(channel, style=Style(language="de"))
    await on_stage.publish()
    await on_stage.deliver()
    assert "Read here" in labels(spoken(channel)[0])


async def test_a_direct_message_is_in_the_language_last_used(on_stage: Stage) -> None:
    user = on_stage.sandbox.world.add_user("Mina")
    on_stage.sandbox.world.add_member(on_stage.guild, user)
    follows = on_stage.store.follows
    request = FollowRequest(artist_id(HAN.name), HAN.name, artist_ids([HAN]), "ko")
    await follows.add(user.id, request)
    await on_stage.publish()
    await on_stage.deliver()
    await follows.change_language(user.id, "en-US")
    await on_stage.publish()
    await on_stage.deliver()
    first, second = spoken(on_stage.sandbox.world.dms[user.id])
    assert "여기서 읽기" in labels(first)
    assert "Read here" in labels(second)
    assert await follows.languages() == {user.id: "en-US"}
    await on_stage.store.readers.forget(user.id)
    assert await follows.languages() == {}
