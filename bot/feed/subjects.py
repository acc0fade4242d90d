"""Whom an interview is with, from its title, confirmed and completed by tags and text.

A title is cleaned (dates, brackets, the magazine), the phrase that names somebody is found ("an
interview with ...", "... talks about"), and parted into people, then each into role and name. Where
the title names nobody, a tag that the text begins with does. In doubt there is no subject: a wrong
one sends a message to somebody's followers.
"""

import re
from collections.abc import Iterator, Sequence

from bot.core.model import Subject
from bot.feed.roles import is_generic, is_role, is_role_noun, role_behind, role_end
from bot.feed.titles import CAST, MASK, OCCASION, QUOTES, masked, naming_phrase
from bot.feed.transcript.wording import every_word

NAME_LIMIT = 80
ROLE_LIMIT = 120
SUBJECTS_AT_MOST = 12
_TITLE_LIMIT = 400

_PAREN = re.compile(
    r"(?:\s+|(?<=[가-힣]))[(（\[]([^)）\]]{1,60})[)）\]](?=[\s,.:]|$)|^[(（]([가-힣 ]{1,20})[)）]\s"
)
_HANGUL_NAME = re.compile(r"^[가-힣][가-힣·\s]{0,20}$")
_KOREAN_WRITTEN = re.compile(r"^[A-Z][a-z]{1,7}[ -][A-Z]?[a-z]{1,7}(?:[- ]?[A-Z]?[a-z]{1,7})?$")
_AND = re.compile(
    r"(?i),\s++(?:(?:and|와|과|und|et|y|e|i|dan)\s++)?|(?<![\s,])\s++(?:and|와|과|und|et|y|e|i|dan)\s++"
)
_BRACKET = re.compile(r"[(（]")
_IS_A = re.compile(r"\s(?:is|are)\s+an?\s")
_NAME_TOKEN = re.compile(r"[\w]+")


def subjects_of(title: str, *, tags: Sequence[str] = (), text: str = "") -> tuple[Subject, ...]:
    """Those whom the interview is with, in the title's order; () where none is named.

    `tags` are the categories and tags, `text` the article's opening.
    """
    filed = any("interview" in tag.casefold() for tag in tags)
    specific = [tag for tag in tags if tag.casefold() not in every_word("generic")]
    phrase = naming_phrase(title[:_TITLE_LIMIT], filed=filed)
    found = _people(phrase, specific) if phrase else []
    if not found:
        found = _from_tags(specific, text)
    found = [one for one in found if any(map(str.isalnum, one.name)) and not is_generic(one.name)]
    several = len(found) > 1
    return tuple(
        _completed(subject, specific, text, several=several) for subject in found[:SUBJECTS_AT_MOST]
    )


# ---------------------------------------------------------------- people, roles and names


def _people(who: str, tags: Sequence[str]) -> list[Subject]:
    cast = CAST.match(who)
    if cast and is_role(cast["role"].strip()):
        role = cast["role"].strip()[:ROLE_LIMIT].capitalize()
        return [Subject(_bare(cast["work"])[:NAME_LIMIT], role)]
    if role_behind(who.split())[0]:
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
    hidden = masked(names)
    parts = _parted(names, hidden, _AND)
    parts = [part for part in parts if masked(part).strip(MASK)] or parts
    if len(parts) > 1 and _each_a_name(parts):
        parts = [*parts[:-1], *re.split(r"\s+&\s+", parts[-1])] if "," in hidden else parts
        return [_subject(part, role) for part in parts]
    names = parts[0] if len(parts) == 1 else names
    parts = _parted(names, hidden, re.compile(r"\s+(?:&|x|×|\+)\s+"))
    if len(parts) > 1:
        roles = [0 < role_end(part.split()) < len(part.split()) for part in parts]
        known = all(_fold(_subject(part, None).name) in folded for part in parts)
        if known or all(roles):
            return [_subject(part, role) for part in parts]
    subject = _subject(names, role)
    return [subject] if subject.name else []


def _parted(text: str, hidden: str, separator: re.Pattern[str]) -> list[str]:
    """`text` at the separators that are in no quoted work."""
    places = [0, *(place for found in separator.finditer(hidden) for place in found.span())]
    ends = [*places[1:], len(text)]
    parts = [text[a:b].strip() for a, b in zip(places, ends, strict=True)][::2]
    return [part for part in parts if part]


def _until_occasion(names: str) -> str:
    """Without " on her tour", but not without the "for Asian Cinema" that belongs to a role."""
    words = names.split()
    end = role_end(words)
    start = len(" ".join(words[:end])) if end < len(words) else 0
    return names[:start] + OCCASION.sub("", names[start:])


def _each_a_name(parts: Sequence[str]) -> bool:
    """Not "Singer and Actor Kim", nor "Nuri and the Birds"."""
    for place, part in enumerate(parts):
        words = part.split()
        if words[0].lower() in ("the", "his", "her", "their", "friends", "more", "others"):
            return False
        if role_end(words) == len(words) and place < len(parts) - 1:
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
    end = role_end(words)
    if 0 < end < len(words):
        lead, words = " ".join(words[:end]), words[end:]
        role = f"{lead}, {role}" if role else lead
    elif role is None:
        role, words = role_behind(words)
    name = re.split(r"(?i)\s+(?:of|from|in)\s+(?=[A-Z“‘\"])", " ".join(words), maxsplit=1)[0]
    if role is not None:
        role = re.sub(r"(?i)^(?:the|an?|our|le|la)\s+", "", role.strip(" ,:;–—-"))[:ROLE_LIMIT]
    return Subject(_bare(name)[:NAME_LIMIT], role or None, aliases)


def _bare(name: str) -> str:
    return re.sub(r"\s+", " ", name.strip(QUOTES + " ")).strip(" ,:;–—|~!")


# ---------------------------------------------------------------- tags and text


def _from_tags(tags: Sequence[str], text: str) -> list[Subject]:
    """Rule "tag in the text": the title names nobody; a tag that the opening names does."""
    opening = text[:1500]
    for tag in tags:
        if len(tag) > 1 and not is_generic(tag) and not is_role(tag) and _mentions(opening, tag):
            return [Subject(tag[:NAME_LIMIT])]
    return []


def _mentions(text: str, name: str) -> bool:
    if name.casefold() not in text.casefold():
        return False
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))


def _completed(subject: Subject, tags: Sequence[str], text: str, *, several: bool) -> Subject:
    """With the names that stand beside this one: in brackets in the text, or alone as a tag."""
    aliases = [*subject.aliases, *_beside_brackets(subject.name, text)]
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


def _beside_brackets(name: str, text: str) -> Iterator[str]:
    """The other names in brackets after `name`, and those before `name` in brackets."""
    # A pattern of one name takes a fifth of an article's time to compile, and seldom matches.
    folded, places = name.casefold(), [found.start() for found in _BRACKET.finditer(text)]
    if any(text[:place].rstrip()[-len(name) :].casefold() == folded for place in places):
        behind = rf"(?i)(?<!\w){re.escape(name)}\s*[(（]([^)）]{{1,60}})[)）]"
        for inside in re.findall(behind, text)[:20]:
            parts = (part.strip() for part in re.split(r"[,;/]", inside))
            yield from filter(_is_other_name, parts)
    if any(text[place + 1 :][: len(name)].casefold() == folded for place in places):
        # Without case: under (?i) Python folds each of Hangul's syllables to compile their range.
        before = rf"([가-힣]{{1,12}}(?: [가-힣]{{1,8}}){{0,2}})\s*[(（](?i:{re.escape(name)})[)）]"
        yield from map(_without_korean_role, re.findall(before, text)[:20])


def _role_in_text(name: str, text: str) -> str | None:
    """ "MCND (...) is a South Korean boy group ...": what the opening says of the name."""
    if not _IS_A.search(text[:3000]):
        return None
    found = re.search(
        rf"(?<!\w){re.escape(name)}(?:\s*\([^)]{{0,120}}\))?,?\s+(?:is"
        rf"|are)\s+an?\s+((?:[\w’'&/-]+\s+){{0,6}}[\w’'/-]+)",
        text[:3000],
    )
    if found is None:
        return None
    words = found[1].split()
    nouns = [place for place, word in enumerate(words) if is_role_noun(word.strip(",."))]
    if not nouns:
        return None
    end = next(place for place in range(nouns[0] + 1, len(words) + 1) if place not in nouns)
    return " ".join(words[:end]).strip(",.")[:ROLE_LIMIT]


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
