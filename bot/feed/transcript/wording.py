"""What a line's wording says about it: does it ask, address somebody, tell the speaker's own story?

The words of each language are data: one file of ``languages`` holds question words, forms of
address and of the first person, and the words of requests. English has patterns here besides, for
most articles are in English. An article is read with the languages that its most frequent words
belong to. All text is judged without its label.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_ENDS_ASKING = re.compile(r"[?？؟⁉❓]+[\s\"'”’»)\]）】」』*_~!.…‼️\U0001F300-\U0001FAFF☺-➿]*$")
# A mark within a title goes on in lower case: "“Where Did the Sea Go?” will be in cinemas".
_ASKS_SOMEWHERE = re.compile(
    r"[?？؟](?=\s|$|[\"'”’)\]）」』]+(?![\"'”’)\]）」』]|\s+[a-z])|[^\x00-\x7f\"”’）」』])"
)

_CLAUSE = re.compile(r"(?:[,.!:;?–—]|\s-)\s+")
_INTERJECTION = re.compile(
    r"(?i)^\W*(?:\d{1,3}\s*[.):\]]\W*)?(?:(?:and|so|but|now|then|also|ok|okay|well|great|wow|finally|lastly|next|first"
    r"|again)\s+)*"
)
_VERBS = (
    r"tell|describe|introduce|share|explain|talk\s(?:us|about|to)|walk\s(?:us|me|our)"
    r"|give\s(?:us|me|our|a|your|some)"
    r"|name\s(?:a|an|one|your|some|two|three|five|the)|pick\s(?:a|one|your)|choose"
    r"|say\s(?:something|a few|hello|hi)"
    r"|leave\s(?:a|us|some)|send\s(?:a|us|your|some)|recommend|show\sus|teach\s(?:us|me)"
    r"|imagine\s(?:you|that)"
    r"|complete\sthe|finish\sth|rate\s|list\s|sum\s(?:up|it)|let\sus\s(?:know|hear|in)"
    r"|let[’']s\s(?:talk|start|begin|go|move|get|hear)"
    r"|elaborate|compare|define|greet|take\sus|write\s(?:a|us)|suggest|reveal|expand\son|help\sus"
)
_IMPERATIVE = re.compile(rf"(?i)^(?:please\s+|kindly\s+|do\s+)?(?:{_VERBS})\b(?!\s*$)")
_PLEASE = re.compile(
    r"(?i)^(?:please|kindly)\s+(?!look\s+forward|stay|take\s+care|keep|support|enjoy|look\s"
    r"|wait|love|anticipate|listen|watch|check|follow|continue|show\s+(?:lots|much|a\s+lot)"
    r"|give\s+(?:lots|a\s+lot|much|them|him|her|it)|don|be\s|come|remember)\w"
)
_REQUEST = re.compile(
    r"(?i)\b(?:please\s+(?:\w+\s+){0,2}?(?:tell|describe|introduce|share|explain|talk|give|say"
    r"|leave"
    r"|send|recommend|show|greet|let|feel free|name|comment|elaborate|finish|complete)\b"
    r"|(?:can|could|would|will)\s+you\b|do\s+you\b|did\s+you\b|are\s+you\b|have\s+you\b"
    r"|were\s+you\b|we(?:[’']d| would)\s+(?:like|love)\s+to\s+(?:know|hear|ask)|tell\s+(?:us|me"
    r"|our)\b"
    r"|introduc\w+\s+yourself|yourselves\b|self-?introduction|curious\s+(?:about|to|how|what"
    r"|if)|wonder(?:ing)?\s+(?:if|what|how|why)"
    r"|(?:words?|message|greetings?)\s+(?:to|for)\s+(?:your|our|the|all|international|overseas"
    r"|global|fans|readers))"
)
_PLEASE_AT_END = re.compile(r"(?i)\bplease\W*$")
_OPENER = re.compile(
    r"(?i)^(?:what|how|when|where|who|whom|whose|which|why|do|does|did|are|is|was|were|have|has|had"
    r"|can|could|will|would|should|any|anything|in what|in which|at what|for whom)\b"
)
# A question whose mark the editor forgot; judged only where markup speaks for it.
_UNMARKED = re.compile(
    r"(?i)^(?![“\"‘«])\W*(?:(?:and|so|then)\s+)?(?:what|who|which|why|when|where|how)(?:[’']?s"
    r"|\s+(?:\w+\s+)?(?:is|are|was|were|do|does"
    r"|did|has|have|had|would|will|can|could|should|made|makes|inspired|inspires|kind|advice))\s+\w"
)
_ASKER_SAYS_I = re.compile(
    r"(?i)\b(?:I|we)\s+(?:heard|read|saw|noticed|know|understand|hear|see|wonder|was wondering"
    r"|must ask|have to ask|am curious|want(?:ed)? to (?:ask|know)|would like|[’']d (?:like"
    r"|love))\b"
    r"|\bwe\s+(?:have|need|love|are dying|are curious)\s+to\s+(?:know|ask|hear)\b"
    r"|\b(?:I|we)[’'](?:d|ve)\s+(?:like|love|heard|read|seen|noticed)\b"
    r"|\b(?:tell|give|show|let|teach|walk|take)\s+(?:me|us)\b|\bour\s+(?:readers?|fans|audience"
    r"|viewers|magazine|followers)\b|\bwith\s+us\b|\bjoining\s+us\b"
)
_GREETING = re.compile(
    r"(?i)^\W*(?:hello|hi|hey|greetings|welcome|nice to|great to|good to|so good to|pleasure"
    r"|it[’']?s? (?:is |was )?(?:great|nice|a pleasure|an honou?r)"
    r"|thank(?:s| you)|congrat|annyeong|안녕|반갑|축하|はじめまして|こんにちは|bonjour|hola|merci)"
)
_CREDIT = re.compile(
    r"(?ix)^\W*(?:"
    r"(?:interview(?:ed|s)?|written|words?|text|story|article|questions?|translat(?:ed|ion|or)"
    r"|edit(?:ed|or|ing)|photo(?:s|graph(?:s|y|ed|er)?)?|images?|pictures?|video|source"
    r"|credits?|styling|design|compiled|transcri\w+)\s*(?:\w+\s){0,3}?(?:by|:|courtesy|credit"
    r"|from|©|via|&copy;|-|–)"
    r"|©|\(c\)|photos?\b.{0,40}(?:©|courtesy|credit)|(?:all\s)?(?:photos?|images?|pictures?"
    r"|rights)\s.{0,60}(?:courtesy|reserved|provided)"
    r"|follow\b.{0,120}\bon\b|follow\s(?:us|him|her|them|me|kcrush|@)|(?:you|fans"
    r"|readers)\scan\s(?:also\s)?(?:follow|find|check|listen|watch|stream|buy|keep|connect"
    r"|catch|purchase|download|visit|support)"
    r"|(?:be|make)\ssure\s(?:to|you)|don[’']?t\sforget\sto|(?:please\s)?(?:check\s(?:out|it)"
    r"|stay\stuned|keep\sup\swith|connect\swith|subscribe\s(?:to|here)|stream|listen\sto|watch"
    r"|pre-?order|buy|visit|support)\b(?!.*\?)"
    r"|for\smore\s(?:information|info|on|about|updates|news)|(?:we|kcrush\S*"
    r"|i)\s(?:would\slike\sto|want\sto|wanna|[’']d\slike\sto|sincerely)?\s*(?:thank"
    r"|wish)\s(?!you)"
    r"|(?:many|special|big|huge|our|a\s(?:big|huge|special|massive)|much)\s?(?:thanks?"
    r"|thank\syou)\s(?:to|again)|thanks?\s(?:you\s)?(?:so\smuch\s|again\s)?to\s[A-Z]"
    r"|(?:official\s)?(?:instagram|twitter|facebook|youtube|tik\s?tok|website|web|spotify"
    r"|soundcloud|apple\smusic|sns|e-?mail|homepage|blog|weibo|fan\s?cafe|links?|x)\s*(?:[:@"
    r"|–-]|$)"
    r"|@\w|https?://|www\.|\#\w|the\send\b|end\sof\sinterview|-\s?end|disclaimer"
    r"|editor[’']?s?\snote|(?:did\syou\s)?(?:like|enjoy(?:ed)?)\s(?:it|this|what)\b.{0,60}"
    r"|.{1,80}\b(?:is|are)\s(?:out|available|streaming)\s(?:now|on|via|everywhere|today)\b"
    r"|share\s(?:it|this)\b|about\s(?:the\s(?:author|artist|band|writer)|us)\b"
    r"|(?:the|this)\s(?:interview|article|q&a|conversation)\s(?:has\sbeen|was|is|first|originally))"
)
_EASTERN = re.compile(r"[\u3040-\u30ff\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3¿]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u3131-\u318e]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_TALKS = re.compile(
    r"(?i)\s(?:talks?\s(?:to|with|about|[A-Z“‘\"])|opens?\sup|answers?\s(?:\w+\s)?questions"
    r"|discuss(?:es)?\s|on\s(?:h(?:is|er)|their)\s)"
)
_ABOUT_INTERVIEWS = re.compile(
    r"\b(?:interview(?:ing)? (?:questions?|prep\w*|tips|guide|process|skills)|job interviews?)\b"
)
_ANNOUNCES = re.compile(
    r"\b(?:we (?:asked|talked|spoke|sat down|caught up|chatted|quizzed)|(?:spoke|talks?|talked)"
    r" (?:with|to) (?:us|me)|(?:questions|minutes|conversation|chat) with|in conversation|asked"
    r" (?:him|her|them) (?:about|a few|some))\b"
)


# To look for words in a set is far quicker than to search a pattern: whatever an English pattern
# needs is here, and only where a line has one of these words the pattern itself is tried.
_ASKER_WORDS = frozenset(
    (  # noqa: SIM905 - words as one reads them
        "heard read saw noticed know understand hear see seen wonder wondering ask curious like "
        "love reader readers fan fans audience viewer viewers magazine follower followers us tell "
        "give show let teach walk take joining"
    ).split()
)
_REQUEST_WORDS = frozenset(
    (  # noqa: SIM905
        "please you tell introduction selfintroduction yourself yourselves curious wonder "
        "wondering word words message messages greeting greetings know hear ask"
    ).split()
)
_ORDER_WORDS = frozenset(
    (  # noqa: SIM905
        "please kindly tell describe introduce share explain talk walk give name pick choose "
        "say leave send recommend show teach imagine complete finish rate list sum let "
        "elaborate compare define greet take write suggest reveal expand help"
    ).split()
)
_SINGULAR = frozenset({"i", "my", "me", "myself", "mine"})
_WORD = re.compile(r"[^\W_]+(?:’s)?")
_CLOSING_MARKS = " .!?？！。…~～)）]」』”’\"'"

# Text that the languages of an article are told by, and the least share of the best one's words.
_SAMPLE_CHARACTERS = 6_000
_SHARE_OF_BEST = 0.5


@dataclass(frozen=True, slots=True)
class Language:
    """One file of ``languages``: see ``ko.toml`` for the scripts without blanks."""

    common: frozenset[str]
    openers: frozenset[str]
    you: frozenset[str]
    own: frozenset[str]
    requests: frozenset[str]
    interview: frozenset[str]
    credits: frozenset[str]
    roles: frozenset[str]
    generic: frozenset[str]
    withs: frozenset[str]
    verbs: frozenset[str]
    script: str = ""
    endings: tuple[str, ...] = ()
    closers: tuple[str, ...] = ()
    formal: tuple[str, ...] = ()


_WORD_LISTS = tuple(
    name for name, kind in Language.__annotations__.items() if kind == frozenset[str]
)


@cache
def languages() -> dict[str, Language]:
    """All languages by their code (ISO 639-1)."""
    found: dict[str, Language] = {}
    for path in files(__package__).joinpath("languages").iterdir():
        if path.name.endswith(".toml"):
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            sets = {name: frozenset(data.get(name, "").split()) for name in _WORD_LISTS}
            found[path.name.removesuffix(".toml")] = Language(
                **sets,
                script=data.get("script", ""),
                endings=tuple(data.get("endings", ())),
                closers=tuple(data.get("closers", "").split()),
                formal=tuple(data.get("formal", "").split()),
            )
    return found


@cache
def every_word(kind: str) -> frozenset[str]:
    """The words of one list ("interview", "credits", "roles") in all languages."""
    return frozenset(word for one in languages().values() for word in getattr(one, kind))


class LineSignals(NamedTuple):
    """What a line's wording says.

    ``asks`` is the broad view: a question mark, a request or a question's ending anywhere fitting.
    ``weight`` says how much the line sounds asked rather than answered: about -3 for a long story
    in the first person, 5 for "Could you introduce yourself?". ``sure`` is the strict view: nobody
    would take it for an answer. ``addresses`` says that it speaks to somebody, ``own`` that it
    speaks of the speaker, and ``own_story`` that it tells a story in the first person singular
    and neither asks nor addresses.
    """

    asks: bool
    weight: float
    sure: bool
    addresses: bool
    own: bool
    own_story: bool


class Wording:
    """Reads lines in the languages of one article."""

    def __init__(self, spoken: Sequence[Language]) -> None:
        blanks = [one for one in spoken if not one.script]
        self._you = frozenset(word for one in blanks for word in one.you)
        self._own = frozenset(word for one in blanks for word in one.own)
        self._openers = frozenset(word for one in blanks for word in one.openers)
        self._requests = frozenset(word for one in blanks for word in one.requests)
        formal = [re.escape(word) for one in blanks for word in one.formal]
        self._formal = re.compile(rf"(?<=[\w,] )(?:{'|'.join(formal)})\b") if formal else None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Wording":
        """For an article with these lines, by the commonest words of each language."""
        sample, size = [], 0
        for text in texts:
            sample.append(text)
            size += len(text)
            if size > _SAMPLE_CHARACTERS:
                break
        counts = Counter(_WORD.findall(" ".join(sample)[:_SAMPLE_CHARACTERS].lower()))
        hits = Counter[str]()
        for word, count in counts.items():
            if word in (telling := _telling()):
                hits[telling[word]] += count
        best = max(hits.values(), default=0)
        spoken = [code for code, n in hits.items() if n >= _SHARE_OF_BEST * best] or ["en"]
        return cls([languages()[code] for code in sorted(spoken)])

    def signals(self, text: str) -> LineSignals:
        """All that is told of a line by its wording, its words looked at once."""
        words = _words(text)
        eastern = bool(_EASTERN.search(text))
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
            or bool(_ASKS_SOMEWHERE.search(text[:1500]))
        )
        heavy = _weight(text, foreign, orders, second, story, requests)
        sure = asked and ((heavy >= 1.5 and second) or (heavy >= 1.0 and (orders or foreign)))
        tells = story >= 2.0 and not (second or foreign or asked)
        return LineSignals(asked, heavy, sure, second or foreign, own, tells)

    def _addresses(self, text: str, words: frozenset[str], *, eastern: bool) -> bool:
        if not words.isdisjoint(self._you):
            return True
        if self._formal and self._formal.search(text[:3000]):
            return True
        return eastern and any(word in text for one in _scripted() for word in one.you)

    def _own_words(self, text: str, words: frozenset[str], *, eastern: bool) -> tuple[bool, float]:
        """Whether it speaks of the speaker, and how much as answers do and interviewers seldom."""
        own = words & self._own
        if not own:
            said = eastern and any(word in text for one in _scripted() for word in one.own)
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
                end.endswith(one.endings) or any(word in last for word in one.closers)
                for one in _scripted()
            )
        if not self._openers or not ends_asking(text):
            return False
        last = re.split(r"[.!?:,–—]\s", text[-400:].rstrip("?？! "))[-1]
        return any(word in self._openers for word in _WORD.findall(last.lower())[:2])


@cache
def _telling() -> dict[str, str]:
    """The common words that only one language has among its own, with that language."""
    number = Counter(word for one in languages().values() for word in one.common)
    return {
        word: code for code, one in languages().items() for word in one.common if number[word] == 1
    }


@cache
def _scripted() -> tuple[Language, ...]:
    return tuple(one for one in languages().values() if one.script)


def _words(text: str) -> frozenset[str]:
    if len(text) > 5000:
        text = f"{text[:4000]} {text[-1000:]}"
    return frozenset(_WORD.findall(text.lower()))


def ends_asking(text: str) -> bool:
    """Whether the last sentence is a question by its mark."""
    return bool(_ENDS_ASKING.search(text[-60:]))


def _weight(
    text: str, foreign: bool, orders: bool, second: bool, own_story: float, requests: bool
) -> float:
    score = -1.5
    mark = ends_asking(text)
    opened = False
    count = text.count(" ") + 1
    if mark or foreign:
        score += 2.5
    elif _ASKS_SOMEWHERE.search(text if len(text) <= 1000 else f"{text[:500]} {text[-500:]}"):
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
    if _ABOUT_INTERVIEWS.search(lowered):
        return False
    if bool(_ANNOUNCES.search(lowered)) or not every_word("interview").isdisjoint(
        _WORD.findall(lowered)
    ):
        return True
    return "q&a" in lowered or any(word in text for one in _scripted() for word in one.interview)


def tells_of_talk(title: str) -> bool:
    """Whether a title says that somebody talks: "Kim Opens Up About Her Debut"."""
    return bool(_TALKS.search(title))


def is_byline(text: str) -> bool:
    """ "Photos: Joe Roe" or "Words – Jane Doe": a credit word and at most five words more."""
    head, mark, rest = _partition_credit(text[:80])
    words = rest.split()
    named = all(not word[0].islower() or word in ("and", "by", "de", "von") for word in words)
    return (
        bool(mark)
        and head in every_word("credits")
        and 0 < len(words) <= 5
        and named
        and not ends_asking(rest)
    )


def _partition_credit(text: str) -> tuple[str, str, str]:
    for mark in (":", "：", " – ", " / ", " by "):
        head, found, rest = text.partition(mark)
        if found:
            return head.strip(" -–—*©").lower(), found, rest
    return "", "", ""


def is_credit(text: str) -> bool:
    """A closing line of the magazine's: who wrote, whom to follow, where to listen."""
    if len(text) >= 600:
        return False
    return is_byline(text) or bool(_CREDIT.match(text))


def script(text: str) -> str:
    """The writing of most letters: ``hangul``, ``kana``, ``han``, ``latin``, or "" for none."""
    if not _EASTERN.search(text):
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
