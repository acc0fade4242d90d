"""What a person reads when the site can't be asked: word for word."""

import pytest

from bot.core.errors import FetchError
from bot.core.i18n import load_messages

WORDS = [
    (
        FetchError("fetch.unreachable", problem="Connection refused"),
        (
            "The site can't be reached (Connection refused). If it opens in a browser, check "
            "this machine's network. Otherwise wait: the bot keeps trying."
        ),
    ),
    (
        FetchError("fetch.no-host", host="kcrush.example"),
        (
            "The name kcrush.example could not be found. Check it for a typing error; if it is "
            "right, check this machine's network and DNS."
        ),
    ),
    (
        FetchError("fetch.too-slow", seconds=30),
        (
            "The site didn't answer in full within 30 seconds. If it's faster in a browser, "
            "check this machine's network."
        ),
    ),
    (
        FetchError("fetch.missing", status=404),
        (
            "There's nothing at this address (status 404). Open the site in a browser and look "
            "for its feed."
        ),
    ),
    (
        FetchError("fetch.busy", status=503),
        "The site asks to come back later (status 503). There's nothing to do but wait.",
    ),
    (
        FetchError("fetch.too-large", limit=10),
        (
            "This is larger than 10 MiB, far bigger than any feed or article. Check that the "
            "address is right."
        ),
    ),
    (
        FetchError("fetch.private-address", host="10.0.0.1"),
        (
            "10.0.0.1 is an address within a private network, where nothing from the public "
            "Internet may lead. If it is the right one, name it directly in `FEED_URL`."
        ),
    ),
]


@pytest.mark.parametrize(("error", "words"), WORDS, ids=[error.key for error, _ in WORDS])
def test_the_words(error: FetchError, words: str) -> None:
    assert load_messages().text()(error.key, **error.args_by_name) == words
