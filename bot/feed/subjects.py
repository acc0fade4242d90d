"""Whom an interview is with, from its title, confirmed and completed by tags and text.

A title is cleaned (dates, brackets, the magazine), the phrase that names somebody is found ("an
interview with ...", "... talks about"), and parted into people, then each into role and name. Where
the title names nobody, a tag that the text begins with does. In doubt there is no subject: a wrong
one sends a message to somebody's followers.
"""

import re
from collections.abc import Sequence
from functools import cache

from rapidfuzz.distance import Levenshtein

from bot.core.model import Subject
from bot.feed.transcript.labels import is_magazine
from bot.feed.transcript.wording import every_word

NAME_LIMIT = 80
ROLE_LIMIT = 120
SUBJECTS_AT_MOST = 12
_TITLE_LIMIT = 400
# A misspelt role noun has at most one letter wrong, and is long enough not to be a name.
_LETTERS_OF_MISSPELT = 7

_Q = "“”\"‘’'«»「」『』<>《》„"


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
_VERBS = (
    r"talks?|opens?\s+up|discuss(?:es)?|shares?|speaks?|reveals?|tells?|dish(?:es)?|chats?"
    r"|reflects?|looks?\s+back|introduces?|explains?|gets?\s+(?:real|candid)|dives?|spills?"
    r"|celebrates?|answers?|says|wants?\s+to|rises?|counts?|returns?|describes?|breaks?\s+down"
    r"|promises?|confess(?:es)?|hopes?|dreams?|aims?|prepares?|takes?|is|are|about|on(?=\s+\S)"
)
_TALKS = re.compile(rf"(?i)\s(?:{_VERBS}|{_any_of(every_word('verbs'))})\b")
_WITH = re.compile(
    rf"(?i)\b{_INTERVIEW}\b[^,:–—|]{{0,25}}?\s(?:{_any_of(every_word('withs'))}|for(?=\s+(?:the\s+)?(?:director|cast|crew|team|star)))(?:\s+|:\s*)"
    r"(?P<who>.+)$"
)
_BEFORE = re.compile(
    rf"(?i)^(?:[\w’'.&\ue000-]+\s+){{0,5}}?(?:{_INTERVIEW}(?:s|ed)?)(?:\s+(?:exclusive|special)\w*)?"
    r"\s*[:：|/–—-]\s*(?P<who>.+)$"
)
_AFTER = re.compile(
    r"(?i)^(?P<who>.+?)(?:\s*[:|–—]|\s-|[’']s?|\s+im)?\s+(?:(?:the|an|our|another|a|exclusive"
    r"|special|full|debut|comeback|solo|first|photoshoot|kcrush|k\S*sh|\+|&|and)\s+)*(?:interviews?|q\s?&\s?a)\b"
)
_SHOWCASE = re.compile(
    r"^(?P<who>\S+(?:\s\S+)??)\s+(?:\d+(?:st|nd|rd|th)\s+)?(?:(?i:mini|full|debut|single|album|ep)\s+)+"
    r"(?i:showcase|release)\b"
)
_BARE = re.compile(r"(?i)^(?:(?:another|we)\s+)?interview(?:s|ed)?\s+(?P<who>[^:|–—]+)$")
_MEET = re.compile(
    r"(?i)^(?:meet|introducing|(?:get|getting) to know|spotlight(?: on)?|who is"
    r"|we\s+(?:talked|spoke|chatted|sat\s+down|caught\s+up|met)(?:\s+(?:to|with|up\s+with))?)"
    r"\s*(?:the\s+)?[:–—-]?\s*(?P<who>.+)$"
)
_KOREAN = re.compile(r"^(?P<who>[^:：|–—]+?)\s*(?:단독\s*|독점\s*)?인터뷰\s*(?:[:：|–—-].*)?$")
_QUOTED = re.compile(rf"^(?P<who>[^:,{_Q}]{{1,60}})[:,]\s*[{_Q}]")
_ROAD = re.compile(
    r"(?i)^(?P<who>.+?)[’']s?\s+(?:[\w-]+\s+){0,2}?(?:road|journey|path|story|way|return|debut"
    r"|comeback|rise|life|world|music|dream|first)\b"
)
_RISE = re.compile(
    r"(?i)^(?:the\s+)?(?:\w+\s+)?(?:rise|return|faces?|world|story|stories|making|art|sounds?|voice"
    r"|mind|music)\s+(?:of|behind)\s+"
)
# What a title begins with that is about interviews and with nobody.
_NOBODY = re.compile(
    r"(?i)^(?:how|why|what|when|wait|tips?|guide|advice|rules|questions|the\s+best|best|top|our"
    r"|my|this|these|\d+\s+\w+s)\b"
)
_SPOTLIGHT = re.compile(r"(?i)spotlight|rookie|month|week|exclusive|artist")
_EMOJI = re.compile(
    r"[\U0001F000-\U0001FAFF\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2600-\u27bf\u2b00-\u2bff"
    r"\ufe0f\u200d]+"
)
_BRACKETED = re.compile(
    r"^\s*[\[【<]([^\]】>]{1,40})[\]】>]\s*|\s*[\[(【]([^\])】]{1,40})[\])】]\s*$"
)
_SORT = re.compile(r"(?i)exclusive|video|audio|feature|kcrush|special|podcast")
# Listing pages: a date before the title, the name of its picture with a number.
_DATE = re.compile(r"^\d{1,2}\s?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+")
_PICTURE = re.compile(r"^[\w -]{1,60}?\s\d{1,2}\s+(?=(?:\w+\s+){0,2}(?i:interview)\b)")
_SUFFIXES = (" | ", " – ", " — ", " - ", " » ", " // ")
_SUFFIX = re.compile(
    r"(?i)\W*(?:(?:exclusive|kcrush|the|full|an?)\s+)*(?:interviews?|q\s?&\s?a)\W*"
)
_PREFIX = re.compile(
    r"(?i)^(?:(?P<magazine>k\S*(?:\s+(?:america|magazine|mag))?)\s+(?:exclusive|special|feature"
    r"|spotlight|presents|meets|introduces|chats?\s+with|talks?\s+(?:to|with))"
    rf"|exclusiv\w*|(?:{_any_of(every_word('interview'))})(?:\s+exclusiv\w*)?(?=\s*[:–—|]))"
    r"\s*[:–—|-]?\s*(?P<rest>.+)$"
)
# Where a name ends and the occasion begins.
_OCCASION = re.compile(
    rf"(?i)\s+(?:on|about|for|behind|at|au|ahead\s+of|before|after|during|following|over|über|sobre"
    rf"|sur)\s+\S.*$|\s*(?:[–—|~]|\s-\s).*$|\s*,?\s*\(?(?:part|pt\.?)\s+(?:\d+|[ivx]+|one|two)\)?\s*$"
    rf"|\s+(?:in|from|of)\s+(?:(?:the|h(?:is|er)|their)\s+)?(?:[\w-]+\s+){{0,4}}[{_Q}](?=\S).*$"
)
_CAST = re.compile(
    rf"^(?i:the\s+)?(?P<role>(?:[\w&-]+\s+){{1,5}}?)(?i:of|from|behind)\s+"
    rf"(?i:the\s+(?:film|movie|drama|series|musical|show)\s+)?"
    rf"(?P<work>[{_Q}][^{_Q}]+[{_Q}]?|[A-Z0-9][A-Z0-9’':!.-]*(?:\s[A-Z0-9&][A-Z0-9’':!.-]*)*)$"
)
_MASKED = re.compile(
    '[“„«『《]([^“”„«»『』《》]{1,120})[”“»』》]|(?:(?<=\\s)|^)[‘\'"]([^"]{1,120}?)[’\'"](?=[\\s,:.!?]|$)'
)
_MASK = "\ue000"
_PAREN = re.compile(
    r"(?:\s+|(?<=[가-힣]))[(（\[]([^)）\]]{1,60})[)）\]](?=[\s,.:]|$)|^[(（]([가-힣 ]{1,20})[)）]\s"
)
_HANGUL_NAME = re.compile(r"^[가-힣][가-힣·\s]{0,20}$")
_KOREAN_WRITTEN = re.compile(r"^[A-Z][a-z]{1,7}[ -][A-Z]?[a-z]{1,7}(?:[- ]?[A-Z]?[a-z]{1,7})?$")
_AND = re.compile(r"(?i)\s*,?\s+(?:and|와|과|und|et|y|e|i|dan)\s+|\s*,\s+(?:and\s+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ARTICLES = frozenset(
    "the a an our der die das dem den el la los las le les il lo o os as al het de".split()  # noqa: SIM905
)
# First words that look like roles and belong to names.
_NAME_TITLES = frozenset(
    "dj mc team dr dr. mr mr. ms ms. mrs lil lil’ lil' big king queen young crew".split()  # noqa: SIM905
)
_LINKS = frozenset("of for at from behind in on with who de du des von di da van".split())  # noqa: SIM905
_NAME_TOKEN = re.compile(r"[\w]+")


def subjects_of(title: str, *, tags: Sequence[str] = (), text: str = "") -> tuple[Subject, ...]:
    """Those whom the interview is with, in the title's order; () where none is named.

    `tags` are the categories and tags, `text` the article's opening.
    """
    filed = any("interview" in tag.casefold() for tag in tags)
    specific = [tag for tag in tags if tag.casefold() not in every_word("generic")]
    phrase = _phrase(title[:_TITLE_LIMIT], filed=filed)
    found = _people(phrase, specific) if phrase else []
    if not found:
        found = _from_tags(specific, text)
    found = [one for one in found if any(map(str.isalnum, one.name)) and not _is_generic(one.name)]
    several = len(found) > 1
    return tuple(
        _completed(subject, specific, text, several=several) for subject in found[:SUBJECTS_AT_MOST]
    )


# ---------------------------------------------------------------- the phrase that names


def _phrase(title: str, *, filed: bool) -> str:
    """The part of a title that tells with whom; "" where it does not look like it tells."""
    text, announced = _cleaned(title)
    plain = _masked(text)
    talks = _TALKS.search(plain)
    before = _tidy(_after_colon(text[: talks.start()])) if talks else ""
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
    for pattern in (_BEFORE, _KOREAN):
        found = pattern.match(plain)
        if found and found["who"].strip(_MASK + _Q):
            return _tidy(text[found.start("who") : found.end("who")], until_verb=True)
    return ""


def _around_interview(text: str, plain: str) -> str:
    """ "Kim’s Debut Interview", "Kim 3rd Mini Album Showcase", "Interview Kim"."""
    for pattern in (_SHOWCASE, _AFTER, _BARE):
        if found := pattern.match(plain):
            who = _tidy(text[found.start("who") : found.end("who")])
            return who if _names(who) or " " not in who else ""
    return ""


def _loosely(text: str, *, announced: bool) -> str:
    """What only an article that is known to be an interview may be titled: "Kim: “I sing”"."""
    head, _, rest = text.partition(": ")
    found = _QUOTED.match(text) or _ROAD.match(text)
    who = found["who"] if found else text if announced else ""
    if _SPOTLIGHT.search(head) and _is_generic(head):
        who = rest
    return _tidy(who) if _names(_tidy(who)) else ""


def _masked(text: str) -> str:
    """`text` with every quoted work overwritten, as long as before."""
    return _MASKED.sub(lambda found: _MASK * len(found[0]), text)


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


def _after_colon(text: str) -> str:
    return text.rpartition(": ")[2].strip()


def _names(text: str) -> bool:
    """Whether a phrase may be nothing but names and roles: in capitals, and short."""
    words = [word for word in text.split() if word.casefold() not in ("and", "of", "the", "x")]
    names = words[_role_end(words) :]
    return 0 < len(names) <= 6 and not any(word.lstrip(_Q + "([")[:1].islower() for word in names)


def _tidy(who: str, *, until_verb: bool = False) -> str:
    """Without the occasion (a festival, "Part 2"), a second title behind a colon, the magazine."""
    who = _RISE.sub("", re.split("[、，。]", who.strip(" .,:;–—-|~!+"), maxsplit=1)[0])
    talks = _TALKS.search(who) if until_verb else None
    if talks and talks.start() > 0 and ", " not in who[: talks.start()]:
        who = who[: talks.start()]
    head = re.split(r"\s[–—|-]\s", who, maxsplit=1)[0]
    who = who if is_role(head) else head
    place = _masked(who).find(": ")
    if place > 0 and ", " not in who[:place]:
        head, rest = who[:place], who[place + 2 :]
        who = f"{head}, {rest}" if is_role(head) else rest if _is_generic(head) else head
    words = who.split()
    while words and (
        words[0].casefold() in (*_ARTICLES, "magazine", "magazine’s", "exclusive", "another")
        or (len(words) > 1 and words[0] in ("x", "X", "×"))
        or (is_magazine(words[0]) and words[0].casefold() not in every_word("roles") | {"mc"})
    ):
        words = words[1:]
    who = " ".join(words).strip(" ,:;–—-|~")
    return "" if _is_generic(who) or _NOBODY.match(who) else who


@cache
def _generic() -> frozenset[str]:
    return every_word("generic") | every_word("interview")


def _is_generic(name: str) -> bool:
    words = [word.casefold().strip(".,!’'") for word in name.split()]
    return not words or all(word in _generic() or _YEAR.fullmatch(word) for word in words)


# ---------------------------------------------------------------- people, roles and names


def _people(who: str, tags: Sequence[str]) -> list[Subject]:
    cast = _CAST.match(who)
    if cast and is_role(cast["role"].strip()):
        role = cast["role"].strip()[:ROLE_LIMIT].capitalize()
        return [Subject(_bare(cast["work"])[:NAME_LIMIT], role)]
    if _role_behind(who.split())[0]:
        return [_subject(who, None)]
    first, comma, rest = who.partition(", ")
    if comma:
        if is_role(first) and not is_role(rest):
            return _one_or_more(rest, tags, first)
        if not is_role(first) and is_role(rest):
            return _one_or_more(first, tags, rest)
    dashed = re.split(r"\s+[–—|-]\s+", who, maxsplit=1)
    if len(dashed) == 2 and (is_role(dashed[0]) or is_role(dashed[1])):
        role, names = dashed if is_role(dashed[0]) else dashed[::-1]
        return _one_or_more(names, tags, role)
    return _one_or_more(who, tags, None)


def _one_or_more(names: str, tags: Sequence[str], role: str | None) -> list[Subject]:
    folded = {_fold(tag) for tag in tags}
    if _fold(names) in folded:
        return [_subject(names, role)]
    names = _until_occasion(names)
    masked = _masked(names)
    parts = _parted(names, masked, _AND)
    parts = [part for part in parts if _masked(part).strip(_MASK)] or parts
    if len(parts) > 1 and _each_a_name(parts):
        parts = [*parts[:-1], *re.split(r"\s+&\s+", parts[-1])] if "," in masked else parts
        return [_subject(part, role) for part in parts]
    names = parts[0] if len(parts) == 1 else names
    parts = _parted(names, masked, re.compile(r"\s+(?:&|x|×|\+)\s+"))
    roles = [0 < _role_end(part.split()) < len(part.split()) for part in parts]
    known = all(_fold(_subject(part, None).name) in folded for part in parts)
    if len(parts) > 1 and (known or all(roles)):
        return [_subject(part, role) for part in parts]
    return [_subject(names, role)] if _subject(names, role).name else []


def _parted(text: str, masked: str, separator: re.Pattern[str]) -> list[str]:
    """`text` at the separators that are in no quoted work."""
    places = [0, *(place for found in separator.finditer(masked) for place in found.span())]
    ends = [*places[1:], len(text)]
    parts = [text[a:b].strip() for a, b in zip(places, ends, strict=True)][::2]
    return [part for part in parts if part]


def _until_occasion(names: str) -> str:
    """Without " on her tour", but not without the "for Asian Cinema" that belongs to a role."""
    words = names.split()
    end = _role_end(words)
    start = len(" ".join(words[:end])) if end < len(words) else 0
    return names[:start] + _OCCASION.sub("", names[start:])


def _each_a_name(parts: Sequence[str]) -> bool:
    """Not "Singer and Actor Kim", nor "Nuri and the Birds"."""
    for place, part in enumerate(parts):
        words = part.split()
        if words[0].lower() in ("the", "his", "her", "their", "friends", "more", "others"):
            return False
        if _role_end(words) == len(words) and place < len(parts) - 1:
            return False
    return True


def _subject(text: str, role: str | None) -> Subject:
    """Role and name of "Webtoon Artist Oh Sung-dae (오성대)"; `role` where it is known."""
    aliases = tuple(
        inside.strip()
        for found in _PAREN.finditer(text)
        if (inside := found[1] or found[2]) and _is_other_name(inside.strip())
    )
    words = _PAREN.sub("", text).split()
    end = _role_end(words)
    if 0 < end < len(words):
        lead, words = " ".join(words[:end]), words[end:]
        role = f"{lead}, {role}" if role else lead
    elif role is None:
        role, words = _role_behind(words)
    name = re.split(r"(?i)\s+(?:of|from|in)\s+(?=[A-Z“‘\"])", " ".join(words), maxsplit=1)[0]
    if role is not None:
        role = re.sub(r"(?i)^(?:the|an?|our|le|la)\s+", "", role.strip(" ,:;–—-"))[:ROLE_LIMIT]
    return Subject(_bare(name)[:NAME_LIMIT], role or None, aliases)


def _role_behind(words: list[str]) -> tuple[str | None, list[str]]:
    """The role of "Pak Sun Yeong Programmer for Asian Cinema", and the name before it."""
    commas = [place for place, word in enumerate(words) if word.endswith(",")]
    for place in range(2, min([len(words) - 2, *commas]) + 1):
        if is_role_noun(words[place]) and words[place + 1].casefold() in _LINKS:
            return " ".join(words[place:]), words[:place]
    return None, words


@cache
def _long_roles() -> tuple[str, ...]:
    return tuple(word for word in every_word("roles") if len(word) >= _LETTERS_OF_MISSPELT)


def is_role_noun(word: str) -> bool:
    """Whether a word says what somebody is, a letter wrong or not: "Singer", "Filmaker"."""
    bare = word.casefold().strip(",.:’'!").removesuffix("’s").removesuffix("'s")
    roles = every_word("roles")
    if bare in roles or any(piece in roles for piece in re.split(r"[/&-]", bare)[-2:]):
        return True
    return len(bare) >= _LETTERS_OF_MISSPELT and any(
        Levenshtein.distance(bare, noun, score_cutoff=1) <= 1 for noun in _long_roles()
    )


def _role_end(words: Sequence[str]) -> int:
    """How many words from the start are the role: up to the last role noun that a name follows.

    All words where the role goes on with "of ...".
    """
    several = [word.casefold() for word in words[1:2]] in (["&"], ["and"])
    if not words or (words[0].casefold() in _NAME_TITLES and not several):
        return 0
    end = 0
    for place, word in enumerate(words):
        if is_role_noun(word):
            end = place + 1
            if words[end : end + 1] and words[end].casefold() in _LINKS:
                return len(words) if end <= 4 and not _name_before(words[:place]) else 0
    return end


def _name_before(words: Sequence[str]) -> bool:
    """Whether the words before a role noun are a name ("Pak Sun Yeong") and not its attributes."""
    return len(words) >= 2 and not any(map(is_role_noun, words))


def is_role(text: str) -> bool:
    """Whether a phrase says what somebody is: it ends in a role noun, or goes on with "of ..."."""
    words = text.split()
    return bool(words) and _role_end(words) == len(words)


def _bare(name: str) -> str:
    return re.sub(r"\s+", " ", name.strip(_Q + " ")).strip(" ,:;–—|~!")


# ---------------------------------------------------------------- tags and text


def _from_tags(tags: Sequence[str], text: str) -> list[Subject]:
    """Rule "tag in the text": the title names nobody; a tag that the opening names does."""
    opening = text[:1500]
    for tag in tags:
        if len(tag) > 1 and not _is_generic(tag) and not is_role(tag) and _mentions(opening, tag):
            return [Subject(tag[:NAME_LIMIT])]
    return []


def _mentions(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))


def _completed(subject: Subject, tags: Sequence[str], text: str, *, several: bool) -> Subject:
    """With the names that stand beside this one: in brackets in the text, or alone as a tag."""
    aliases = list(subject.aliases)
    for inside in re.findall(
        rf"(?i)(?<!\w){re.escape(subject.name)}\s*[(（]([^)）]{{1,60}})[)）]", text
    )[:20]:
        aliases.extend(
            part.strip() for part in re.split(r"[,;/]", inside) if _is_other_name(part.strip())
        )
    beside = (
        rf"(?i)([가-힣]{{1,12}}(?: [가-힣]{{1,8}}){{0,2}})\s*[(（]{re.escape(subject.name)}[)）]"
    )
    aliases.extend(_without_korean_role(before) for before in re.findall(beside, text)[:20])
    hangul = [tag for tag in tags if _HANGUL_NAME.match(tag)]
    if not several and len(hangul) == 1:
        aliases.append(hangul[0])
    aliases.extend(tag for tag in tags if _fold(tag) == _fold(subject.name))
    role = subject.role
    if role is None and not several:
        role = next((tag for tag in tags if is_role(tag)), None) or _role_in_text(
            subject.name, text
        )
    distinct = dict.fromkeys(alias for alias in aliases if alias and alias != subject.name)
    return Subject(subject.name, role, tuple(distinct)[:8])


def _role_in_text(name: str, text: str) -> str | None:
    """ "MCND (...) is a South Korean boy group ...": what the opening says of the name."""
    found = re.search(
        rf"(?<!\w){re.escape(name)}(?:\s*\([^)]{{0,120}}\))?,?\s+(?:is"
        rf"|are)\s+an?\s+((?:[\w’'&/-]+\s+){{0,6}}[\w’'/-]+)",
        text[:3000],
    )
    if found is None:
        return None
    words = found[1].split()
    for end in range(1, len(words) + 1):
        if is_role_noun(words[end - 1]):
            while end < len(words) and is_role_noun(words[end]):
                end += 1
            return " ".join(words[:end]).strip(",.")[:ROLE_LIMIT]
    return None


def _without_korean_role(phrase: str) -> str:
    """ "트로트 가수 도현아" is 도현아."""
    words = phrase.split()
    while len(words) > 1 and words[0] in every_word("roles"):
        words = words[1:]
    return " ".join(words)


def _is_other_name(text: str) -> bool:
    """A name in Hangul, or a romanised Korean name ("Kim So-yeon"), and not a year or a remark."""
    return bool(_HANGUL_NAME.match(text)) or bool(_KOREAN_WRITTEN.match(text) and "-" in text)


def _fold(name: str) -> str:
    """A name as obvious spellings share it: no case, blanks, hyphens or punctuation."""
    return "".join(_NAME_TOKEN.findall(name)).replace("_", "").casefold()
