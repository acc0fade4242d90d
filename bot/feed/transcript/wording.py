"""What a line's wording says about it: does it ask, address somebody, tell the speaker's own story?

The words of each language are data: one file of ``languages`` holds question words, forms of
address and of the first person, and the words of requests. English has patterns here besides, for
most articles are in English. An article is read with the languages that its most frequent words
belong to. All text is judged without its label.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, islice
from typing import NamedTuple

from bot.feed.transcript.phrases import pattern, phrase, words

_ENDS_ASKING = re.compile(r"[?？؟⁉❓][\s\"'”’»)\]）】」』*_~!.…‼️\U0001F300-\U0001FAFF☺-➿]*+$")
# A mark within a title goes on in lower case: "“Where Did the Sea Go?” will be in cinemas".
_ASKS_SOMEWHERE = re.compile(
    r"[?？؟](?=\s|$|[\"'”’)\]）」』]+(?![\"'”’)\]）」』]|\s+[a-z])|[^\x00-\x7f\"”’）」』])"
)

_CLAUSE = re.compile(r"(?:[,.!:;?–—]|\s-)\s+")
_INTERJECTION = pattern("interjection")
_VERBS = phrase("verbs")
_IMPERATIVE = re.compile(rf"(?i)^(?:please\s+|kindly\s+|do\s+)?(?:{_VERBS})\b(?!\s*$)")
_PLEASE = pattern("please")
_REQUEST = pattern("request")
_PLEASE_AT_END = re.compile(r"(?i)\bplease\W*$")
_OPENER = pattern("opener")
_UNMARKED = pattern("unmarked")
_ASKER_SAYS_I = pattern("asker_says_i")
_GREETING = pattern("greeting")
_CREDIT = pattern("credit")
_RELEASED = pattern("released")
_EASTERN = re.compile(r"[\u3040-\u30ff\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3¿]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u3131-\u318e]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_TALKS = pattern("talks")
_ABOUT_INTERVIEWS = pattern("about_interviews")
_ANNOUNCES = pattern("announces")


# To look for words in a set is far quicker than to search a pattern: whatever an English pattern
# needs is here, and only where a line has one of these words the pattern itself is tried.
_ASKER_WORDS = words("asker_words")
_REQUEST_WORDS = words("request_words")
_ORDER_WORDS = words("order_words")
_RELEASED_WORDS = frozenset({"out", "available", "streaming"})
_SINGULAR = frozenset({"i", "my", "me", "myself", "mine"})
_WORD = re.compile(r"[^\W_]+(?:’s)?")
_NOT_OF_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}
_CLOSING_MARKS = " .!?？！。…~～)）]」』”’\"'"

# Words that the languages of an article are told by, and the least share of the best one's.
_SAMPLE_WORDS = 600
_SHARE_OF_BEST = 0.5


# One file of ``languages``: lists of words by their names, empty where the language has none.
Language = defaultdict[str, frozenset[str]]


@cache
def languages() -> dict[str, Language]:
    """All languages by their code (ISO 639-1)."""
    found: dict[str, Language] = {}
    for path in files(__package__).joinpath("languages").iterdir():
        if path.name.endswith(".toml"):
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            lists = {
                name: frozenset(value.split() if isinstance(value, str) else value)
                for name, value in data.items()
            }
            found[path.name.removesuffix(".toml")] = defaultdict(frozenset, lists)
    return found


@cache
def every_word(kind: str) -> frozenset[str]:
    """The words of one list ("interview", "credits", "roles") in all languages."""
    return frozenset(word for one in languages().values() for word in one[kind])


class LineSignals(NamedTuple):
    """What a line's wording says.

    ``asks`` is the broad view: a question mark, a request or a question's ending anywhere fitting.
    ``weight`` says how much the line sounds asked rather than answered: about -3 for a long story
    in the first person, 5 for "Could you introduce yourself?". ``sure`` is the strict view: nobody
    would take it for an answer. ``addresses`` says that it speaks to somebody, ``own`` that it
    speaks of the speaker, and ``own_story`` that it tells a story in the first person singular
    and neither asks nor addresses. ``credit`` is a closing line of the magazine's: who wrote, whom
    to follow, where to listen.
    """

    asks: bool
    weight: float
    sure: bool
    addresses: bool
    own: bool
    own_story: bool
    credit: bool


def line_signals(texts: Sequence[str]) -> list[LineSignals]:
    """What the wording of each of an article's lines says, in the languages of the article: those
    whose commonest words it has."""
    words = [_words(text) for text in texts]
    sample = islice(chain.from_iterable(words), _SAMPLE_WORDS)
    hits = Counter(filter(None, map(_telling().get, sample)))
    best = max(hits.values(), default=0)
    spoken = [code for code, n in hits.items() if n >= _SHARE_OF_BEST * best] or ["en"]
    wording = _wording(tuple(sorted(spoken)))
    return [wording.signals(*line) for line in zip(texts, map(frozenset, words), strict=True)]


class Wording:
    """Reads lines in the languages of one article."""

    def __init__(self, spoken: Iterable[str]) -> None:
        blanks = [languages()[code] for code in spoken if not languages()[code]["script"]]
        self._you = frozenset(word for one in blanks for word in one["you"])
        self._own = frozenset(word for one in blanks for word in one["own"])
        self._openers = frozenset(word for one in blanks for word in one["openers"])
        self._requests = frozenset(word for one in blanks for word in one["requests"])
        formal = [re.escape(word) for one in blanks for word in one["formal"]]
        self._formal = re.compile(rf"(?<=[\w,] )(?:{'|'.join(formal)})\b") if formal else None

    def signals(self, text: str, words: frozenset[str]) -> LineSignals:
        """All that is told of a line by its wording; `words` are its words in lower case."""
        eastern = not text.isascii() and bool(_EASTERN.search(text))
        foreign = self._asks_in_another_language(text, eastern=eastern)
        orders = _orders(text, words) or self._requests_first(text)
        second = self._addresses(text, words, eastern=eastern)
        own, story = self._own_words(text, words, eastern=eastern)
        requests = not words.isdisjoint(_REQUEST_WORDS) and bool(_REQUEST.search(text[:1500]))
        asked = (
            ends_asking(text)
            or foreign
            or orders
            or requests
            or bool(len(text) < 250 and _UNMARKED.match(text))
            or _asks_within(text[:1500])
        )
        heavy = _weight(text, foreign, orders, second, story, requests)
        sure = asked and ((heavy >= 1.5 and second) or (heavy >= 1.0 and (orders or foreign)))
        tells = story >= 2.0 and not (second or foreign or asked)
        credit = not tells and _is_credit(text, words)
        return LineSignals(asked, heavy, sure, second or foreign, own, tells, credit)

    def _addresses(self, text: str, words: frozenset[str], *, eastern: bool) -> bool:
        if not words.isdisjoint(self._you):
            return True
        if self._formal and self._formal.search(text[:3000]):
            return True
        return eastern and any(word in text for one in _scripted() for word in one["you"])

    def _own_words(self, text: str, words: frozenset[str], *, eastern: bool) -> tuple[bool, float]:
        """Whether it speaks of the speaker, and how much as answers do and interviewers seldom."""
        own = words & self._own
        if not own:
            said = eastern and any(word in text for one in _scripted() for word in one["own"])
            return said, 1.0 if said else 0.0
        asker = not words.isdisjoint(_ASKER_WORDS) and bool(_ASKER_SAYS_I.search(text[:3000]))
        if own & _SINGULAR:
            return True, 0.5 if asker else 2.0
        return True, 0.0 if asker else 1.0

    def _requests_first(self, text: str) -> bool:
        """A request of another language than English at the start: "Cuéntanos ..."."""
        return bool(self._requests) and any(
            word in self._requests for word in _WORD.findall(text[:60].lower())[:3]
        )

    def _asks_in_another_language(self, text: str, *, eastern: bool) -> bool:
        """Whether the last sentence is a question by its first word, or by its ending."""
        if eastern:
            end = text[-60:].rstrip(_CLOSING_MARKS)
            last = end.rpartition(" ")[2][-14:]
            return text.lstrip("-–— ").startswith("¿") or any(
                end.endswith(tuple(one["endings"])) or any(word in last for word in one["closers"])
                for one in _scripted()
            )
        if not self._openers or not ends_asking(text):
            return False
        last = re.split(r"[.!?:,–—]\s", text[-400:].rstrip("?？! "))[-1]
        return any(word in self._openers for word in _WORD.findall(last.lower())[:2])


# Most articles of a site are in one language.
@lru_cache(maxsize=16)
def _wording(spoken: tuple[str, ...]) -> Wording:
    return Wording(spoken)


@cache
def _telling() -> dict[str, str]:
    """The common words that only one language has among its own, with that language."""
    number = Counter(word for one in languages().values() for word in one["common"])
    return {
        word: code
        for code, one in languages().items()
        for word in one["common"]
        if number[word] == 1
    }


@cache
def _scripted() -> tuple[Language, ...]:
    return tuple(one for one in languages().values() if one["script"])


def _words(text: str) -> list[str]:
    if len(text) > 5000:
        text = f"{text[:4000]} {text[-1000:]}"
    if text.isascii():
        # As the pattern does it, in half the time.
        return text.lower().translate(_NOT_OF_WORDS).split()
    return _WORD.findall(text.lower())


def ends_asking(text: str) -> bool:
    """Whether the last sentence is a question by its mark."""
    return _is_question(text[-60:])


# A line's end is looked at for its wording, its weight, and as a credit.
@lru_cache(maxsize=1024)
def _is_question(end: str) -> bool:
    return _ENDS_ASKING.search(end) is not None


def _asks_within(text: str) -> bool:
    return ("?" in text or "？" in text) and _ASKS_SOMEWHERE.search(text) is not None


def _weight(
    text: str, foreign: bool, orders: bool, second: bool, own_story: float, requests: bool
) -> float:
    score = -1.5
    mark = ends_asking(text)
    opened = False
    count = text.count(" ") + 1
    if mark or foreign:
        score += 2.5
    elif _asks_within(text if len(text) <= 1000 else f"{text[:500]} {text[-500:]}"):
        opened = count <= 40 and bool(_OPENER.match(text))
        score += 1.5 if opened else 1.0
    if orders and not mark:
        score += 1.5 if _PLEASE_AT_END.search(text[-40:]) else 2.5
    elif orders or requests:
        score += 1.0
    if second:
        score += 1.0
        if mark and _opens_asking(text):
            score += 0.5
    elif not (mark or foreign or orders or opened):
        score -= 0.5
    score -= own_story
    if count > 45:
        score -= (count - 45) / 25
    return max(-4.0, min(5.0, score))


def _clauses(text: str) -> list[str]:
    """The first clauses, as far as they are short: where an order or a question may begin."""
    found: list[str] = []
    for clause in _CLAUSE.split(text[:400], maxsplit=4)[:4]:
        found.append(_INTERJECTION.sub("", clause, count=1))
        if len(clause.split()) > 12:
            break
    return found


def _orders(text: str, words: frozenset[str]) -> bool:
    """ "Please introduce yourselves", "Finally, a word for your fans, please!"."""
    if words.isdisjoint(_ORDER_WORDS):
        return False
    if "please" in words and _PLEASE_AT_END.search(text[-40:]):
        return True
    return any(_IMPERATIVE.match(clause) or _PLEASE.match(clause) for clause in _clauses(text))


def _opens_asking(text: str) -> bool:
    """Whether the last sentence begins as questions do."""
    last = re.split(r"(?<=[.!?])\s+", text[-400:].rstrip("?？! "))[-1]
    return bool(_OPENER.match(last)) or any(_OPENER.match(clause) for clause in _clauses(last))


def greets(text: str) -> bool:
    """Whether it begins with a greeting or thanks."""
    return bool(_GREETING.match(text))


def announces(text: str) -> bool:
    """Whether it says in any language that what follows is an interview."""
    lowered = text.lower()
    if "interview" in lowered and _ABOUT_INTERVIEWS.search(lowered):
        return False
    if bool(_ANNOUNCES.search(lowered)) or not every_word("interview").isdisjoint(
        _WORD.findall(lowered)
    ):
        return True
    return "q&a" in lowered or any(word in text for one in _scripted() for word in one["interview"])


def tells_of_talk(title: str) -> bool:
    """Whether a title says that somebody talks: "Kim Opens Up About Her Debut"."""
    return bool(_TALKS.search(title))


def is_byline(text: str) -> bool:
    """ "Photos: Joe Roe" or "Words – Jane Doe": a credit word and at most five words more."""
    head, mark, rest = _partition_credit(text[:80])
    if not mark or head not in every_word("credits"):
        return False
    words = rest.split()
    named = all(not word[0].islower() or word in ("and", "by", "de", "von") for word in words)
    return 0 < len(words) <= 5 and named and not ends_asking(rest)


def _partition_credit(text: str) -> tuple[str, str, str]:
    for mark in (":", "：", " – ", " / ", " by "):
        head, found, rest = text.partition(mark)
        if found:
            return head.strip(" -–—*©").lower(), found, rest
    return "", "", ""


def _is_credit(text: str, words: frozenset[str]) -> bool:
    if len(text) >= 600:
        return False
    released = not words.isdisjoint(_RELEASED_WORDS) and _RELEASED.match(text)
    return bool(released or _CREDIT.match(text)) or is_byline(text)


def script(text: str) -> str:
    """The writing of most letters: ``hangul``, ``kana``, ``han``, ``latin``, or "" for none."""
    if text.isascii() or not _EASTERN.search(text):
        return "latin" if _LATIN.search(text) else ""
    counts = {
        "hangul": 2 * len(_HANGUL.findall(text)),
        "kana": 3 * len(_KANA.findall(text)),
        "han": len(_HAN.findall(text)),
        "latin": len(_LATIN.findall(text)),
    }
    name = max(counts, key=lambda key: counts[key])
    if not counts[name]:
        return ""
    return "kana" if name == "han" and counts["kana"] else name
