"""``transcribe``: the HTML of an article's body, lone surrogates and all."""

from collections.abc import Iterator

from bot.feed.transcript import plain_text, transcribe
from fuzz.targets.shown import BASE, examine_transcript, fixtures

WORDS = (
    "<p>", "</p>", "<b>", "</b>", "<strong>", "<em>", "<h3>", "<br>", "<br><br>", "<ul><li>",
    "<ol start=3>", "<blockquote>", "<hr>", "<table><tr><td>", "<dl><dt>", "<dd>", "<details>",
    "<summary>", "<!--", "-->", "<script>", "<iframe src='", "<img src=a.jpg alt='", "data-src=",
    "<figure>", "<figcaption>", "[caption id='1']", "[/caption]", "[gallery ids='1']", "[embed]",
    "Q. ", "A. ", "Q1: ", "KCrush: ", "Kassy: ", "A. (Kassy) ", "1. ", "2. ", "*", "[Kassy] ",
    "you?", "Tell us about ", "I am ", "\u3000", "&nbsp;", "&#0;", "&#xD800;", "style='color:red'",
    "Read More", "Share this:", "class='sharedaddy'", "hidden", "질문: ", "까요?", "저는 ",
)  # fmt: skip


def check(data: bytes) -> None:
    title, _, html = data.decode("utf-8", "surrogateescape").partition("\n")
    examine_transcript(transcribe(html, base_url=BASE, title=title))
    plain_text(html).encode()


def seeds() -> Iterator[bytes]:
    for body in fixtures():
        yield b"KCrush Interview with Kassy\n" + body.encode()
