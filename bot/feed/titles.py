"""The part of a title that names whom an interview is with.

A title is cleaned of what stands around it (dates, brackets, the magazine); then the forms of
titles are tried, the plainest first: "Meet ...", "an interview with ...", "Interview: ...", "...
talks about", "...’s interview". In doubt there is none.
"""

import re

from bot.feed.roles import is_generic, is_role, role_end
from bot.feed.transcript.labels import is_magazine
from bot.feed.transcript.phrases import pattern, phrase, words
from bot.feed.transcript.wording import every_word

QUOTES = "“”\"‘’'«»「」『』<>《》„"


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_INTERVIEW = (
    r"(?:interviewing|q\s?(?:&|and|\+|n)\s?a|(?:in\s+)?conversations?|chats?|chatting|talks?"
    r"|talking|catching\s+up|catch-?up|sit(?:s|ting)?\s+down|one[- ]on[- ]one|speaking"
    r"|hang(?:s|ing)?\s+out|questions?|up\s+close|face\s+to\s+face|\w*minutes?"
    rf"|{_any_of(every_word('interview'))})"
)
_SAYS_INTERVIEW = re.compile(
    rf"(?i)interview|q\s?&\s?a\b|인터뷰|インタビュー|\b(?:{_any_of(every_word('interview'))})\b"
)
_VERBS = phrase("title_verbs")
_TALKS = re.compile(rf"(?i)\s(?:{_VERBS}|{_any_of(every_word('verbs'))})\b")
_WITH = re.compile(
    rf"(?i)\b{_INTERVIEW}\b[^,:–—|]{{0,25}}?\s(?:{_any_of(every_word('withs'))}|for(?=\s+(?:the\s+)?(?:director|cast|crew|team|star)))(?:\s+|:\s*)"
    r"(?P<who>.+)$"
)
_BEFORE = re.compile(
    rf"(?i)^(?:[\w’'.&\ue000-]+\s+){{0,5}}?(?:{_INTERVIEW}(?:s|ed)?)(?:\s+(?:exclusive|special)\w*)?"
    r"\s*[:：|/–—-]\s*(?P<who>.+)$"
)
_AFTER = pattern("title_after")
_SHOWCASE = pattern("title_showcase")
_BARE = re.compile(r"(?i)^(?:(?:another|we)\s+)?interview(?:s|ed)?\s+(?P<who>[^:|–—]+)$")
_MEET = pattern("title_meet")
_KOREAN = re.compile(
    r"^(?P<who>[^:：|–—]+?)(?<!\s)\s*+(?:(?:단독|독점)\s*+)?인터뷰\s*+(?:[:：|–—-].*)?$"
)
_QUOTED = re.compile(rf"^(?P<who>[^:,{QUOTES}]{{1,60}})[:,]\s*[{QUOTES}]")
_ROAD = pattern("title_road")
_RISE = pattern("title_rise")
_NOBODY = pattern("title_nobody")
_SPOTLIGHT = re.compile(r"(?i)spotlight|rookie|month|week|exclusive|artist")
_EMOJI = pattern("title_emoji")
_BRACKETED = pattern("title_bracketed")
_SORT = re.compile(r"(?i)exclusive|video|audio|feature|kcrush|special|podcast")
# Listing pages: a date before the title, the name of its picture with a number.
_DATE = re.compile(r"^\d{1,2}\s?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+")
_PICTURE = re.compile(r"^[\w -]{1,60}?\s\d{1,2}\s+(?=(?:\w+\s+){0,2}(?i:interview)\b)")
_SUFFIXES = (" | ", " – ", " — ", " - ", " » ", " // ")
_SUFFIX = pattern("title_suffix")
_PREFIX = re.compile(
    r"(?i)^(?:(?P<magazine>k\S*(?:\s+(?:america|magazine|mag))?)\s+(?:exclusive|special|feature"
    r"|spotlight|presents|meets|introduces|chats?\s+with|talks?\s+(?:to|with))"
    rf"|exclusiv\w*|(?:{_any_of(every_word('interview'))})(?:\s+exclusiv\w*)?(?=\s*[:–—|]))"
    r"\s*[:–—|-]?\s*(?P<rest>.+)$"
)
# Where a name ends and the occasion begins.
OCCASION = re.compile(
    rf"(?i)(?<!\s)\s*+(?:(?<=\s)(?:on|about|for|behind|at|au|ahead\s+of|before|after|during|following"
    rf"|over|über|sobre|sur)\s++\S.*$|(?:[–—|~]|(?<=\s)-\s).*$"
    rf"|,?\s*+\(?(?:part|pt\.?)\s++(?:\d+|[ivx]+|one|two)\)?\s*$|(?<=\s)(?:in|from|of)\s++"
    rf"(?:(?:the|h(?:is|er)|their)\s++)?(?:[\w-]++\s++){{0,4}}[{QUOTES}](?=\S).*$)"
)
CAST = re.compile(
    rf"^(?i:the\s+)?(?P<role>(?:[\w&-]+\s+){{1,5}}?)(?i:of|from|behind)\s+"
    rf"(?i:the\s+(?:film|movie|drama|series|musical|show)\s+)?"
    rf"(?P<work>[{QUOTES}][^{QUOTES}]+[{QUOTES}]?|[A-Z0-9][A-Z0-9’':!.-]*(?:\s[A-Z0-9&][A-Z0-9’':!.-]*)*)$"
)
_MASKED = pattern("title_masked")
MASK = "\ue000"
_ARTICLES = words("articles")


def naming_phrase(title: str, *, filed: bool) -> str:
    """The part of a title that tells with whom; "" where it does not look like it tells."""
    text, announced = _cleaned(title)
    plain = masked(text)
    talks = _TALKS.search(plain)
    before = _tidy(text[: talks.start()].rpartition(": ")[2].strip()) if talks else ""
    if found := _MEET.match(plain):
        return _tidy(text[found.start("who") :], until_verb=True)
    found = _WITH.search(plain)
    other = talks and found and talks.start() < found.start() and _names(before)
    if found and not other and (who := _tidy(text[found.start("who") :])):
        return who
    if _NOBODY.match(text):
        return ""
    if who := _labelled(text, plain):
        return who
    says = filed or announced or bool(_SAYS_INTERVIEW.search(text))
    if before and says and _names(before):
        return before
    return _around_interview(text, plain) or (
        _loosely(text, announced=announced) if filed or announced else ""
    )


def _labelled(text: str, plain: str) -> str:
    """ "Interview: Kim", "김 인터뷰"."""
    for form in (_BEFORE, _KOREAN):
        found = form.match(plain)
        if found and found["who"].strip(MASK + QUOTES):
            return _tidy(text[found.start("who") : found.end("who")], until_verb=True)
    return ""


def _around_interview(text: str, plain: str) -> str:
    """ "Kim’s Debut Interview", "Kim 3rd Mini Album Showcase", "Interview Kim"."""
    for form in (_SHOWCASE, _AFTER, _BARE):
        if found := form.match(plain):
            who = _tidy(text[found.start("who") : found.end("who")])
            return who if _names(who) or " " not in who else ""
    return ""


def _loosely(text: str, *, announced: bool) -> str:
    """What only an article that is known to be an interview may be titled: "Kim: “I sing”"."""
    head, _, rest = text.partition(": ")
    found = _QUOTED.match(text) or _ROAD.match(text)
    who = found["who"] if found else text if announced else ""
    if _SPOTLIGHT.search(head) and is_generic(head):
        who = rest
    return _tidy(who) if _names(_tidy(who)) else ""


def masked(text: str) -> str:
    """`text` with every quoted work overwritten, as long as before."""
    return _MASKED.sub(lambda found: MASK * len(found[0]), text)


def _cleaned(title: str) -> tuple[str, bool]:
    """Without what stands around it; and whether that said that it is an interview."""
    text = _EMOJI.sub(" ", title).strip()
    dated = _DATE.match(text)
    text = _PICTURE.sub("", text[dated.end() if dated else 0 :], count=1)
    if dated:
        text = re.sub(r"\s\d{1,2}$", "", text)
    said = False
    for _ in range(3):
        found = _BRACKETED.search(text)
        inside = (found[1] or found[2] or "") if found else ""
        if not found or not (_SAYS_INTERVIEW.search(inside) or _SORT.search(inside)):
            break
        said = said or bool(_SAYS_INTERVIEW.search(inside))
        text = f"{text[: found.start()]} {text[found.end() :]}".strip()
    text, suffixed = _without_suffix(text)
    first, _, rest = text.partition(" ")
    if rest[:9].casefold() == "interview" and is_magazine(first):
        text = rest
    found = _PREFIX.match(text)
    if found and (not found["magazine"] or is_magazine(found["magazine"].split()[0])):
        return found["rest"], True
    return text, said or suffixed


def _without_suffix(text: str) -> tuple[str, bool]:
    """Without " | Interview" and the site's name at the end, and whether it said interview."""
    said = False
    while True:
        place, mark = max((text.rfind(mark), mark) for mark in _SUFFIXES)
        last = text[place + len(mark) :].strip()
        if place <= 0:
            return text, said
        says = bool(_SUFFIX.fullmatch(last))
        bare = re.sub(r"(?i)\b(?:america|magazine)\b", "", last)
        if not says and not (len(last.split()) <= 4 and is_magazine(bare)):
            return text, said
        text, said = text[:place].strip(), said or says


def _names(text: str) -> bool:
    """Whether a phrase may be nothing but names and roles: in capitals, and short."""
    words = [word for word in text.split() if word.casefold() not in ("and", "of", "the", "x")]
    names = words[role_end(words) :]
    return 0 < len(names) <= 6 and not any(
        word.lstrip(QUOTES + "([")[:1].islower() for word in names
    )


def _tidy(who: str, *, until_verb: bool = False) -> str:
    """Without the occasion (a festival, "Part 2"), a second title behind a colon, the magazine."""
    who = _RISE.sub("", re.split("[、，。]", who.strip(" .,:;–—-|~!+"), maxsplit=1)[0])
    talks = _TALKS.search(who) if until_verb else None
    if talks and talks.start() > 0 and ", " not in who[: talks.start()]:
        who = who[: talks.start()]
    head = re.split(r"\s[–—|-]\s", who, maxsplit=1)[0]
    who = who if is_role(head) else head
    place = masked(who).find(": ")
    if place > 0 and ", " not in who[:place]:
        head, rest = who[:place], who[place + 2 :]
        who = f"{head}, {rest}" if is_role(head) else rest if is_generic(head) else head
    words = who.split()
    while words and (
        words[0].casefold() in (*_ARTICLES, "magazine", "magazine’s", "exclusive", "another")
        or (len(words) > 1 and words[0] in ("x", "X", "×"))
        or (is_magazine(words[0]) and words[0].casefold() not in every_word("roles") | {"mc"})
    ):
        words = words[1:]
    who = " ".join(words).strip(" ,:;–—-|~")
    return "" if is_generic(who) or _NOBODY.match(who) else who
