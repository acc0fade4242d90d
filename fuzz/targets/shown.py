"""What holds of every interview and transcript, whatever bytes it was made of."""

from bot.core.model import Interview, Topic, Transcript
from bot.core.topics import topic_of
from bot.feed.entry import EXCERPT_LIMIT, KINDS_AT_MOST, TITLE_LIMIT
from bot.feed.subjects import NAME_LIMIT
from fuzz.finding import require, require_web
from tests.feed.cases import fixture_cases

BASE = "https://magazine.example/interview/"


def examine_interview(interview: Interview) -> None:
    """Raises Finding where the interview could not be stored, listed or shown."""
    require(interview.guid, "a GUID")
    require(0 < len(interview.title) <= TITLE_LIMIT, "a title that fits")
    require(len(interview.excerpt) <= EXCERPT_LIMIT, "an excerpt that fits")
    require(len(interview.tags) <= KINDS_AT_MOST, "not too many tags")
    require_web([url for url in (interview.url, interview.image_url) if url])
    for subject in interview.subjects:
        require(subject.name.strip(), "a name")
        require(len(subject.name) <= NAME_LIMIT, "a name that fits")
    require(topic_of(interview.subjects, interview.tags) in Topic, "a kind")
    words = (interview.guid, interview.title, interview.excerpt, interview.author or "")
    "\n".join([*words, *interview.tags]).encode()
    examine_transcript(interview.transcript)


def examine_transcript(transcript: Transcript) -> None:
    """Raises Finding where a turn says nothing, words are lost or text is unfit to store."""
    numbers = [turn.number for turn in transcript.turns]
    require(numbers == list(range(1, len(numbers) + 1)), "turns in order")
    told = [transcript.intro, transcript.outro]
    for turn in transcript.turns:
        require(turn.question, "a question that says something")
        told.append(turn.question)
        for answer in turn.answers:
            require(answer.text or answer.speaker, "an answer that says something")
            told += [answer.speaker or "", answer.text]
    images = [*transcript.images, *(image for turn in transcript.turns for image in turn.images)]
    addresses = [*transcript.videos, *transcript.links, *(image.url for image in images)]
    require_web(addresses)
    "\n".join([*told, *addresses, *(image.caption + image.alt for image in images)]).encode()
    require("\x00" not in "".join(told), "no NUL")
    require(not any("missing" in warning for warning in transcript.warnings), "no words lost")


def fixtures() -> list[str]:
    """The HTML of the project's own fixtures."""
    return [case.html for case in fixture_cases()]
