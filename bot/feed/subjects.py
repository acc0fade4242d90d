"""Whom an interview is with, from its title, confirmed and completed by tags and text.

A title is unwrapped (magazine, "Interview with", "Q&A", festival, quoted work), then parted into
people, then each into role and name. Where the title names nobody, a tag that the text begins with
does. Nothing is made up: in doubt there is no subject.
"""

import re
from collections.abc import Sequence

from bot.core.model import Subject
from bot.feed.transcript.labels import is_magazine
from bot.feed.vocabulary import GENERIC_WORDS, KOREAN_ROLES, ROLE_NOUNS

NAME_LIMIT = 80
ROLE_LIMIT = 120
SUBJECTS_AT_MOST = 12

_Q = "“”\"‘’'«»「」『』<>《》"
_INTERVIEW = (
    r"(?:interviews?|interviewing|q\s?(?:&|and|\+|n)\s?a|conversations?|chats?|chatting|talks?"
    r"|talking|catching\s+up|catch-?up"
    r"|sit(?:s|ting)?\s+down|one[- ]on[- ]one|hang(?:s|ing)?\s+out|questions?|speaking"
    r"|up\s+close|face\s+to\s+face|\w*minutes?|[\d]+\s+questions)"
)
_WITH = re.compile(
    rf"(?i)\b{_INTERVIEW}\b[^,:–—|]{{0,25}}?\b(?:with|w/|featuring|feat\.?|ft\.?|from|of)(?:\s+"
    rf"|:\s*)(?P<who>.+)$"
)
_AFTER = re.compile(
    r"(?i)^(?P<who>.+?)\s*(?:[:|–—]|\s-)\s*(?:the|an|our|another"
    r"|a)?\s*(?:[\w’']+\s+){0,2}?(?:interviews?|q\s?&\s?a)\b.*$"
)
_BEFORE = re.compile(
    r"(?i)^(?:(?:[\w’'.&-]+\s+){0,3}?)(?:interviews?|q\s?&\s?a)\s*(?:[:|–—-]\s*)?(?P<who>.+)$"
)
_MEET = re.compile(
    r"(?i)^(?:meet|introducing|(?:getting|get) to know|spotlight(?: on)?"
    r"|who is)\s*(?:the\s+)?[:–—-]?\s*(?P<who>.+)$"
)
_SPOKE = re.compile(
    r"(?i)^we\s+(?:talked|spoke|chatted|sat\s+down|caught\s+up|met)\s+(?:(?:to|with|up\s+with)\s+)?"
    r"(?P<who>.+)$"
)
_KOREAN = re.compile(r"^(?P<who>[^:：|–—]+?)\s*(?:단독\s*|독점\s*)?인터뷰\s*(?:[:：|–—-].*)?$")
# What a title begins with that is about interviews and with nobody.
_NOBODY = re.compile(r"(?i)^(?:how|why|what|when|tips?|guide|advice|rules|questions)\b")
_LAST_WORD = re.compile(
    r"(?i)^(?P<who>.+?)(?:[’']s)?\s+(?:exclusive\s+|special\s+|full\s+)*interviews?$"
)
_ROAD = re.compile(
    r"(?i)^(?P<who>.+?)[’']s?\s+(?:[\w-]+\s+){0,2}?(?:road|journey|path|story|way|return|debut"
    r"|comeback|rise|life|world|music|dream|first)\b"
)
_TALKS = re.compile(
    r"(?i)\s+(?:talks?|opens?\s+up|discuss(?:es)?|shares?|speaks?|reveals?|tells?|dish(?:es)?"
    r"|chats?|reflects?|looks?\s+back"
    r"|introduces?|explains?|gets?\s+(?:real|candid)|dives?|spills?|celebrates?"
    r"|on\s+(?=[“\"‘'A-Z<《]|h(?:is|er)|their|the|being|becoming|life|music|new)|about|answers"
    r"|says)\b"
)
_BRACKETED = re.compile(
    r"^\s*[\[(【<](?P<in>[^\])】>]{1,40})[\])】>]\s*|\s*[\[(【](?P<out>[^\])】]{1,40})[\])】]\s*$"
)
_EMOJI = re.compile(
    r"[\U0001F000-\U0001FAFF\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2600-\u27bf\u2b00-\u2bff\uf"
    r"e0f\u200d]+"
)
_TAIL = re.compile(
    rf"(?i)\s*(?:[–—|~]|\s-\s|:)\s*[{_Q}].*$"
    r"|\s*(?:[–—|]|\s-\s)\s*(?:part|pt\.?|vol\.?|episode|ep\.?|exclusive|video|interview|q&a"
    r"|full|updated?)\b.*$"
    r"|\s*,?\s*\(?(?:part|pt\.?)\s+(?:\d+|[ivx]+|one|two|three)\)?\s*$"
    rf"|\s+(?:on|about|for|behind|from|in|at|ahead\s+of|before|after|during)\s+(?:the\s+|h(?:is"
    rf"|er)\s+|their\s+)?(?:[\w-]+\s+){{0,4}}[{_Q}](?=\S).*$"
    r"|\s+(?:at|ahead\s+of|during)\s+(?:the\s+)?(?:[A-Z0-9][\w’'-]*\s*)+$"
    r"|\s+(?:on|about)\s+(?:h(?:is|er)|their|the|being|becoming|life|what|how|why|making"
    r"|working)\b.*$"
)
_CAST = re.compile(
    rf"(?i)^(?:the\s+)?(?P<role>(?:[\w-]+\s+){{0,3}}?(?:cast|crew|director|star|stars|team"
    rf"|creators?|producers?|writers?|filmmakers?|makers?)(?:\s+and\s+[\w-]+)?)\s+(?:of|from"
    rf"|behind)\s+(?:the\s+(?:film|movie|drama|series|musical"
    rf"|show)\s+)?[{_Q}](?P<work>.+?)[{_Q}]?$"
)
_PAREN = re.compile(
    r"(?:\s+|(?<=[가-힣]))[(（\[]([^)）\]]{1,60})[)）\]](?=[\s,.:]|$)|^[(（]([가-힣 ]{1,20})[)）]\s"
)
_HANGUL_NAME = re.compile(r"^[가-힣][가-힣·\s]{0,20}$")
_KOREAN_WRITTEN = re.compile(r"^[A-Z][a-z]{1,7}[ -][A-Z]?[a-z]{1,7}(?:[- ]?[A-Z]?[a-z]{1,7})?$")
_SPLIT_AND = re.compile(r"(?i)\s*,?\s+(?:and|와|과)\s+|\s*,\s+(?:and\s+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTES_AROUND = re.compile(rf"^[{_Q}\s]+|[{_Q}\s]+$")

# First words that look like roles and belong to names.
_NAME_TITLES = frozenset(
    {
        "dj",
        "mc",
        "team",
        "dr",
        "dr.",
        "mr",
        "mr.",
        "ms",
        "ms.",
        "mrs",
        "lil",
        "lil’",
        "lil'",
        "big",
        "king",
        "queen",
        "young",
        "crew",
    }
)
_ROLE_LINK = re.compile(r"(?i)\s+(?:of|from|at|for|behind|and)\s+")
_NAME_TOKEN = re.compile(r"[\w]+")


def subjects_of(title: str, *, tags: Sequence[str] = (), text: str = "") -> tuple[Subject, ...]:
    """Those whom the interview is with, in the title's order; () where none is named.

    `tags` are the categories and tags, `text` the article's opening.
    """
    filed = any("interview" in tag.casefold() for tag in tags)
    specific = [tag for tag in tags if tag.casefold() not in GENERIC_WORDS]
    who = _who(title[:400], filed=filed)
    found = _people(who, specific) if who else []
    if not found:
        found = _from_tags(specific, text)
    found = [subject for subject in found if any(map(str.isalnum, subject.name))]
    several = len(found) > 1
    return tuple(
        _completed(subject, tags, text, several=several) for subject in found[:SUBJECTS_AT_MOST]
    )


# ---------------------------------------------------------------- the title's wrapping


def _who(title: str, *, filed: bool) -> str:
    """The part of a title that tells with whom; "" where it does not look like it tells."""
    text = _EMOJI.sub(" ", title).strip()
    bracket = False
    for _ in range(3):
        found = _BRACKETED.search(text)
        inside = found and (found["in"] or found["out"])
        if not found or not re.search(
            r"(?i)interview|q\s?&\s?a|exclusive|인터뷰|video|feature|kcrush", inside or ""
        ):
            break
        bracket = bracket or bool(re.search(r"(?i)interview|q\s?&\s?a|인터뷰", inside or ""))
        text = (text[: found.start()] + " " + text[found.end() :]).strip()
    text, suffixed = _without_suffix(text)
    text, prefixed = _without_magazine(text)
    for pattern in (_WITH, _ROAD if suffixed else _AFTER, _AFTER, _LAST_WORD, _BEFORE, _ROAD):
        found = pattern.match(text) if pattern is not _WITH else pattern.search(text)
        if found and (who := _tidy(found["who"])):
            return "" if _NOBODY.match(who) else who
    found = _MEET.match(text) or _SPOKE.match(text) or _KOREAN.match(text)
    if found:
        return _tidy(found["who"])
    if bracket or suffixed or prefixed or (filed and _TALKS.search(text)):
        return _tidy(text)
    return ""


def _without_suffix(text: str) -> tuple[str, bool]:
    """Without " | Interview" and the site's name at the end, and whether it said interview."""
    said = False
    while True:
        head, separator, last = _rpartition(text)
        if not separator or not head:
            return text, said
        says = bool(
            re.fullmatch(
                r"(?i)\W*(?:(?:exclusive|kcrush|the|full|an?)\s+)*(?:interviews?|q\s?&\s?a)\W*",
                last,
            )
        )
        site = len(last.split()) <= 4 and is_magazine(
            re.sub(r"(?i)\b(?:america|magazine)\b", "", last)
        )
        if not says and not site:
            return text, said
        text, said = head, said or says


def _rpartition(text: str) -> tuple[str, str, str]:
    places = [(text.rfind(mark), mark) for mark in (" | ", " – ", " — ", " - ", " » ", " // ")]
    place, mark = max(places)
    return (
        (text[:place].strip(), mark, text[place + len(mark) :].strip())
        if place > 0
        else (text, "", "")
    )


def _without_magazine(text: str) -> tuple[str, bool]:
    """Without "KCrush Exclusive:" and the like in front, and whether there was that."""
    found = re.match(
        r"(?i)^(?P<mag>k\S*(?:\s+(?:america|magazine|mag))?)\s+(?:exclusive|special|feature"
        r"|spotlight|presents|meets|introduces|chats?\s+with|talks?\s+(?:to|with))\s*[:–—"
        r"|-]?\s*(?P<rest>.+)$",
        text,
    )
    if found and is_magazine(found["mag"].split()[0]):
        return found["rest"], True
    found = re.match(r"(?i)^exclusive\s*[:–—|-]\s*(?P<rest>.+)$", text)
    return (found["rest"], True) if found else (text, False)


def _tidy(who: str) -> str:
    """Without the occasion (a work in quotation marks, a festival, "Part 2") and the magazine."""
    who = who.strip(" .,:;–—-|~!")
    if not _CAST.match(who):
        before = None
        while before != who:
            before, who = who, _TAIL.sub("", who).strip(" ,:;–—-|~")
        comma = who.find(",")
        talks = _TALKS.search(who)
        if talks and talks.start() > 0 and not 0 < comma < talks.start():
            who = who[: talks.start()]
        road = _ROAD.match(who)
        if road and "," not in who:
            who = road["who"]
    words = who.split()
    while words and (
        (
            is_magazine(words[0])
            and words[0].lower()
            not in ("host", "mc", "editor", "reporter", "journalist", "magazine")
        )
        or words[0].lower() in ("magazine", "magazine’s", "exclusive", "another", "our", "america")
        or (words[0] in ("x", "X", "×") and len(words) > 1 and len(words) < len(who.split()))
    ):
        words = words[1:]
    who = " ".join(words).strip(" ,:;–—-|~")
    return "" if _is_generic(who) else who


def _is_generic(name: str) -> bool:
    words = [word.casefold().strip(".,!’'") for word in name.split()]
    return not words or all(word in GENERIC_WORDS or _YEAR.fullmatch(word) for word in words)


# ---------------------------------------------------------------- people, roles and names


def _people(who: str, tags: Sequence[str]) -> list[Subject]:
    cast = _CAST.match(who)
    if cast:
        return [
            Subject(
                _bare(cast["work"])[:NAME_LIMIT], cast["role"].strip()[:ROLE_LIMIT].capitalize()
            )
        ]
    who = re.sub(r"(?i)^the\s+(?=\S+\s+(?:of|behind)\s)", "", who)
    dashed = re.split(r"\s+[–—|-]\s+|\s*:\s+(?=[^“\"]+$)", who, maxsplit=1)
    if len(dashed) == 2 and _role_end(_words(who)) != len(_words(who)):
        first, second = dashed
        if _is_role(first) or _is_role(second):
            return (
                _one_or_more(second, tags, first)
                if _is_role(first)
                else _one_or_more(first, tags, second)
            )
        if "," not in first:
            who = first
    return _with_comma(who, tags)


def _with_comma(who: str, tags: Sequence[str]) -> list[Subject]:
    """ "Faky, J-Pop Girl Group" or "J-Pop Girl Group, Faky": a role noun tells the role."""
    first, comma, rest = who.partition(", ")
    if comma:
        if _is_role(first) and not _is_role(rest):
            return _one_or_more(rest, tags, first)
        head = _ROLE_LINK.split(rest, maxsplit=1)[0]
        if not _is_role(first) and _is_role(head) and not _role_before_name(rest):
            return _one_or_more(first, tags, rest)
    return _one_or_more(who, tags, None)


def _role_before_name(text: str) -> bool:
    """Whether words follow the role noun that are a name: "and actor Kim Min-su"."""
    end = _role_end(_words(text))
    words = _words(text)
    return 0 < end < len(words) and words[end].lower() not in (
        "of",
        "for",
        "at",
        "from",
        "and",
        "behind",
        "in",
        "on",
        "with",
        "who",
        "&",
    )


def _one_or_more(names: str, tags: Sequence[str], role: str | None) -> list[Subject]:
    folded = {_fold(tag) for tag in tags}
    if _fold(names) in folded:
        return [_subject(names, role)]
    parts = [part for part in _SPLIT_AND.split(names) if part.strip()]
    if len(parts) > 1 and _each_a_name(parts):
        return [_subject(part, role) for part in parts]
    parts = [part.strip() for part in re.split(r"\s+(?:&|x|×|\+)\s+", names) if part.strip()]
    if len(parts) > 1 and all(_fold(_subject(part, None).name) in folded for part in parts):
        return [_subject(part, role) for part in parts]
    return [_subject(names, role)] if _subject(names, role).name else []


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
    text = _PAREN.sub("", text).strip()
    words = text.split()
    if role is None:
        end = _role_end(words)
        if 0 < end < len(words):
            role, text = " ".join(words[:end]), " ".join(words[end:])
    name = (
        re.split(r"(?i)\s+(?:of|from)\s+(?=[A-Z“‘\"])", text, maxsplit=1)[0]
        if role is None
        else text
    )
    name = _bare(re.split(r"(?i)\s+(?:of|from|in)\s+(?=[“‘\"])", name, maxsplit=1)[0])
    if role is not None:
        role = re.sub(r"(?i)^(?:the|an?|our)\s+", "", role.strip(" ,:;–—-"))[:ROLE_LIMIT] or None
    return Subject(name[:NAME_LIMIT], role, aliases)


def _words(text: str) -> list[str]:
    return text.split()


def _role_end(words: Sequence[str]) -> int:
    """How many words from the start are the role: up to the last role noun that a name follows."""
    end = 0
    for place, word in enumerate(words):
        bare = word.casefold().strip(",.:’'").removesuffix("’s").removesuffix("'s")
        pieces = re.split(r"[/&]", bare)
        if place == 0 and bare in _NAME_TITLES:
            return 0
        known = bare in ROLE_NOUNS or bare in KOREAN_ROLES
        if known or any(piece in ROLE_NOUNS for piece in pieces):
            end = place + 1
    if (
        end
        and words[:1]
        and end < len(words)
        and words[end].casefold() in ("of", "at", "from", "behind")
    ):
        return len(words)
    return end


def _is_role(text: str) -> bool:
    """Whether a phrase says what somebody is: it ends in a role noun, or goes on with "of ..."."""
    head = _ROLE_LINK.split(text, maxsplit=1)[0]
    words = head.split()
    return bool(words) and _role_end(words) == len(words)


def _bare(name: str) -> str:
    return re.sub(r"\s+", " ", _QUOTES_AROUND.sub("", name)).strip(" ,:;–—|~!")


# ---------------------------------------------------------------- tags and text


def _from_tags(tags: Sequence[str], text: str) -> list[Subject]:
    """Rule "tag in the text": the title names nobody; a tag that the opening names does."""
    opening = text[:1500]
    for tag in tags:
        if len(tag) > 1 and not _is_generic(tag) and not _is_role(tag) and _mentions(opening, tag):
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
        role = next((tag for tag in tags if _is_role(tag)), None) or _role_in_text(
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
        if words[end - 1].casefold().strip(",.") in ROLE_NOUNS:
            while end < len(words) and words[end].casefold().strip(",.") in ROLE_NOUNS:
                end += 1
            return " ".join(words[:end]).strip(",.")[:ROLE_LIMIT]
    return None


def _without_korean_role(phrase: str) -> str:
    """ "트로트 가수 도현아" is 도현아."""
    words = phrase.split()
    while len(words) > 1 and words[0] in KOREAN_ROLES:
        words = words[1:]
    return " ".join(words)


def _is_other_name(text: str) -> bool:
    """A name in Hangul, or a romanised Korean name ("Kim So-yeon"), and not a year or a remark."""
    return bool(_HANGUL_NAME.match(text)) or bool(_KOREAN_WRITTEN.match(text) and "-" in text)


def _fold(name: str) -> str:
    """A name as obvious spellings share it: no case, blanks, hyphens or punctuation."""
    return "".join(_NAME_TOKEN.findall(name)).replace("_", "").casefold()
