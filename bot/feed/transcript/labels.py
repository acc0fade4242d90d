"""Who speaks, as the line itself says: "Q.", "A. (Mikako)", "KCrush:", "Lil’ Fang:", "KC-".

A word before a colon is a label only where the article uses it as one: again and again, or marked
like others that are. What is no label stays text. Which of the speakers asks is not decided here:
every choice is a candidate of ``candidates``.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line
from bot.feed.transcript.phrases import pattern, words

_OPEN, _CLOSE = r"[\[(（【<〈]?\s*", r"\s*[\])）】>〉]?"
_MARK_END = r"(?:\s*[.:：)\]】>|–—\-/．、~]+\s*)"
_Q_MARK = re.compile(
    rf"^{_OPEN}(?:(?:Q(?:uestion|ues)?|질문|문|問)\s*[.#-]?\s*\d{{1,3}}{_CLOSE}(?:{_MARK_END}"
    rf"|\s+|$)"
    rf"|(?:Q(?:uestion)?|질문|문|問){_CLOSE}(?:{_MARK_END}|$)|Q\s+(?=\S))",
    re.IGNORECASE,
)
_A_MARK = re.compile(
    rf"^{_OPEN}(?:(?:A(?:nswer|ns)?|답변?|答)\s*[.#-]?\s*\d{{1,3}}{_CLOSE}(?:{_MARK_END}|\s+|$)"
    rf"|(?:A(?:nswer|ns)?|답변?|答){_CLOSE}(?:{_MARK_END}|$))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"^(?:[\[(#]\s*|No\.?\s*|№\s*)?(?:(\d{1,3})(?:\s*[.)\]:：．、]+\s*(?=[^\d\s])"
    r"|\s+[-–—|]\s+(?=\D))|(0\d)\s+(?=\D))"
)
_COLON = re.compile(
    r"^([^:：?？!！。\n]{1,48}?)\s*[:：](?=\s|$|[\"“‘'(\[가-힣ぁ-ヿ一-鿿]|[A-Z])\s*"
)
_BRACKET = re.compile(
    r"^[\[(（【<〈]\s*([^\])）】>〉\n]{1,40}?)\s*[\])）】>〉]\s*[:：–—-]?\s*(?=\S)"
)
_IN_BRACKETS = re.compile(r"^[\[【<〈]\s*([^\])）】>〉]{1,28}?)\s*[\]】>〉]$")
_DASH = re.compile(r"^((?:[^\s:?!,–—|]+\s){0,3}?[^\s:?!,–—|]+?)(?:\s+[-–—|/]\s*|[–—-]\s+)(?=\S)")
_DASH_TIGHT = re.compile(r"^([A-Z]{1,4})-(?=[A-Z“\"‘][a-z’' ])")
_CLOSING_PAREN = re.compile(r"^([^\s():]{1,24})\)\s*(?=\S)")
# The way of Japanese magazines: the name, then what is said in corner brackets.
_CORNER = re.compile(r"^([^\s「『」』:：。、？?]{1,20})\s?(?=[「『])")
# Each form with the characters that it cannot do without.
_PATTERNS = (
    ("colon", ":：", _COLON),
    ("bracket", "[(（【<〈", _BRACKET),
    ("corner", "「『", _CORNER),
    ("dash", "-–—|/", _DASH),
    ("dash", "-", _DASH_TIGHT),
    ("paren", ")", _CLOSING_PAREN),
)
_AFTER_A = re.compile(r"^[\[(（]\s*([^\])）]{1,40}?)\s*[\])）]\s*[:：]?\s*")
_ASIDE = re.compile(r"\s*[(\[（][^)\]）]{0,40}[)\]）]\s*$")
_NAME_CHARS = re.compile(r"[^\W_]+")
# A picture or an arrow before the name: "🎤 KCrush:", ">Jun:".
_PICTURE = re.compile(r"^(?:[>＞\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]*\s*)+")

_NO_NAMES = pattern("no_names")
_HOW_SAID = pattern("how_said")
_MAGAZINE_WORDS = words("magazine_words")
_MAGAZINE_TAIL = ("america", "magazine", "mag", "usa", "us", "team", "staff", "official")
_FORMS = ("colon", "bracket", "corner", "dash", "lead", "paren", "alone")


class Label(NamedTuple):
    """A mark at a line's start: who speaks, in what form, and how many characters it takes.

    ``name`` is as written, "" for a bare "A."; ``key`` is the same for all spellings and short
    forms of a name.
    """

    form: str
    name: str
    length: int
    emphasised: bool = False
    key: str = ""


def name_key(name: str) -> str:
    """A name without case, blanks, punctuation and asides: "Lil’ Fang (laughs)" is "lilfang"."""
    bare = _ASIDE.sub("", name) if name.rstrip()[-1:] in ")]）" else name
    return "".join(_NAME_CHARS.findall(bare or name)).casefold()


@lru_cache(maxsize=512)
def is_magazine(name: str) -> bool:
    """Whether a name is the interviewer's: the magazine's, in any misspelling, or the office."""
    key = name_key(name)
    for tail in _MAGAZINE_TAIL:
        if key.endswith(tail) and len(key) > len(tail):
            key = key[: -len(tail)]
    if key in _MAGAZINE_WORDS:
        return True
    if key[:1] != "k" or not 4 <= len(key) <= 8:
        return False
    return SequenceMatcher(None, key, "kcrush").ratio() >= 0.72


def labels_of(lines: Sequence[Line]) -> dict[int, Label]:
    """The labels that hold in this article, by line number."""
    labels = _question_marks(lines)
    free = [number for number in range(len(lines)) if number not in labels]
    marked = any(label.form == "A" for label in labels.values())
    if any(label.form == "A" and label.name for label in labels.values()):
        for number in free:
            found = _BRACKET.match(lines[number].text)
            if found and written_as_name(found[1]):
                labels[number] = _label("bracket", found[1], found.end())
        free = [number for number in free if number not in labels]
    named = _accepted(lines, free)
    if marked:
        # Beside "A." a name speaks only where it begins an answer; else it is a topic in one.
        every = labels | named
        keys = {one.key for place, one in named.items() if asks_by_name(every.get(place - 1))}
        named = {n: one for n, one in named.items() if one.key in keys or asks_by_name(one)}
    return labels | named


def asks_by_name(label: Label | None) -> bool:
    """Whether a label itself says that it asks: "Q.", the magazine's name, or its office."""
    return label is not None and (label.form == "Q" or is_magazine(label.name))


def _label(form: str, name: str, length: int, *, emphasised: bool = False) -> Label:
    return Label(form, name.strip(), length, emphasised, name_key(name))


# ---------------------------------------------------------------- Q. and A.


def _question_marks(lines: Sequence[Line]) -> dict[int, Label]:
    """Rule "Q. and A.": two questions so marked, or one that is answered so."""
    labels: dict[int, Label] = {}
    for number, line in enumerate(lines):
        asked = _Q_MARK.match(line.text)
        if asked and not line.text[:5].upper().startswith("Q&A"):
            labels[number] = _label("Q", "Q", asked.end())
    asked_times = len(labels)
    marks = [_A_MARK.match(line.text) for line in lines]
    named = _names_after_marks([mark for mark in marks if mark])
    for number, line in enumerate(lines):
        answered = marks[number] or (asked_times and _lone_letter(line))
        if number not in labels and answered:
            labels[number] = _answer_label(line.text, answered.end(), named)
    answered_times = len(labels) - asked_times
    held = asked_times >= 2 or (asked_times and answered_times)
    return labels if held or (not asked_times and answered_times >= 3) else {}


def _lone_letter(line: Line) -> re.Match[str] | None:
    """ "A" in bold before a plain answer, without a point."""
    first = line.runs[0]
    if first.text.strip() == "A" and len(line.runs) > 1 and first.marks - line.runs[1].marks:
        return re.match(r"^A\s+", line.text)
    return None


def _answer_label(text: str, end: int, names: set[str]) -> Label:
    """ "A. (Mikako) ..." names the speaker after the mark; "A. Mikako: ..." likewise."""
    named = _AFTER_A.match(text[end:])
    if named is not None and written_as_name(named[1]):
        return _label("A", named[1], end + named.end())
    colon = _COLON.match(text[end:])
    if colon is not None and name_key(colon[1]) in names:
        return _label("A", colon[1], end + colon.end())
    return Label("A", "", end)


def _names_after_marks(marks: Sequence[re.Match[str]]) -> set[str]:
    """Keys of the names of "A. Mikako: ..."; "A. It’s strange: ..." names nobody."""
    colons = [_COLON.match(mark.string[mark.end() :]) for mark in marks]
    keys = Counter(
        name_key(colon[1])
        for colon in colons
        if colon is not None and len(colon[1].split()) <= 3 and written_as_name(colon[1])
    )
    often = 2 * sum(keys.values()) >= len(marks)
    return {key for key, count in keys.items() if often or count >= 2}


def written_as_name(name: str) -> bool:
    """Whether it may be somebody's name and each of its words begins with a capital."""
    initials = [next(filter(str.isalnum, word), "") for word in name.split()]
    return _may_be_name(name) and all(c and not c.islower() for c in initials)


# ---------------------------------------------------------------- names


def _accepted(lines: Sequence[Line], numbers: Sequence[int]) -> dict[int, Label]:
    """The labels that recur in one form, and single ones of the same form beside them."""
    by_form: dict[str, dict[int, Label]] = defaultdict(dict)
    for number in numbers:
        label = candidate_at(lines[number])
        if label is not None and not wording.is_byline(lines[number].text):
            by_form[label.form][number] = label
    by_form["alone"] = _lone_lines(lines, numbers)
    everywhere = Counter(
        key for labels in by_form.values() for key in {v.key for v in labels.values()}
    )
    kept: dict[int, Label] = {}
    for form in filter(by_form.get, _FORMS):
        labels = _without_topics(by_form[form], lines)
        full = _full_names([*labels.values(), *kept.values()])
        labels = {n: one._replace(key=full.get(one.key, one.key)) for n, one in labels.items()}
        known = {label.key for label in kept.values()}
        known |= {key for key, count in everywhere.items() if count >= 2 and form == "colon"}
        for number, label in _recurring(form, labels, lines, known).items():
            kept.setdefault(number, label)
    return kept


def _full_names(labels: Iterable[Label]) -> dict[str, str]:
    """Short forms to full names, by key: "(MG)" behind the name, initials, or a part of it."""
    names = {label.key: label.name for label in labels}
    full: dict[str, set[str]] = defaultdict(set)
    for key, name in names.items():
        aside = _ASIDE.search(name)
        words = _ASIDE.sub("", name).split()
        short = {"".join(word[0] for word in words).casefold()}
        short |= {name_key(word) for word in words} if len(words) > 1 else set()
        short |= {name_key(word) for word in aside[0].split()[-1:]} if aside else set()
        for form in short & names.keys() - {key}:
            full[form].add(key)
    one = {form: next(iter(keys)) for form, keys in full.items() if len(keys) == 1}
    return {form: one.get(key, key) for form, key in one.items()}


def _without_topics(labels: dict[int, Label], lines: Sequence[Line]) -> dict[int, Label]:
    """Without what names a thing: "Dawn: a ballad" goes on in lower case, unless all labels do;
    and without the items of a list."""
    small = Counter[str]()
    for number, label in labels.items():
        rest = lines[number].text[label.length :].lstrip("“\"'‘(")
        small[label.key] += rest[:1].islower()
    counts = Counter(label.key for label in labels.values())
    writes_small = sum(small.values()) > 0.5 * len(labels) and len(labels) > 4
    listed = {label.key for number, label in labels.items() if is_listed(lines, number)}
    topics = listed if all(counts[key] == 1 for key in listed) else set()
    return {
        number: label
        for number, label in labels.items()
        if label.key not in topics and (writes_small or 2 * small[label.key] < counts[label.key])
    }


def is_listed(lines: Sequence[Line], number: int) -> bool:
    """One of a list's items, as titles of songs are, which may sound like questions."""
    item = lines[number].list_item
    beside = lines[max(0, number - 1) : number + 2]
    return "li" in lines[number].marks and any(
        "li" in line.marks and line.list_item != item for line in beside
    )


def _recurring(
    form: str, labels: Mapping[int, Label], lines: Sequence[Line], known: set[str]
) -> dict[int, Label]:
    """Of one form's labels those that recur, or whose speaker is `known` by another form."""
    counts = Counter(label.key for label in labels.values())
    emphasised = Counter(label.key for label in labels.values() if label.emphasised)
    offices = {
        label.key
        for number, label in labels.items()
        if is_magazine(label.name)
        and (counts[label.key] >= 2 or wording.ends_asking(lines[number].text))
    }
    strict = form not in ("colon", "bracket", "corner")
    often = {key for key, count in counts.items() if count >= 2}
    sure = {key for key, count in counts.items() if count >= 3} if strict else set(often)
    if strict and len(often) >= 2 and sum(counts[key] for key in often) >= 5:
        sure |= often
    if form == "colon" and len(emphasised) >= 2:
        sure |= set(emphasised)
    elif form == "corner" and len(labels) >= 2:
        sure = set(counts)
    sure |= offices if form == "colon" else set()
    if strict and offices:
        sure |= often | offices
    if strict and not (offices & sure) and len(sure) < 2:
        sure = set()
    if sum(counts[key] for key in sure) < 2 and not (offices & sure and len(labels) >= 2):
        sure = set()
    all_emphasised = all(emphasised[key] for key in sure)
    return {
        number: label
        for number, label in labels.items()
        if label.key in sure
        or label.key in known
        or (form in ("colon", "bracket") and sure and _alike(label, all_emphasised))
    }


def _alike(label: Label, all_emphasised: bool) -> bool:
    """A member who answers once: marked as the others are, and written as names are."""
    if label.emphasised or all_emphasised:
        return label.emphasised and all_emphasised
    return len(label.name.split()) <= 3 and written_as_name(label.name)


def candidate_at(line: Line) -> Label | None:
    """What may be a label at the line's start."""
    picture = _PICTURE.match(line.text)
    before = picture.end() if picture else 0
    text = line.text[before : before + 200]
    head = set(text[:80])
    for form, needed, start in _PATTERNS:
        found = None if head.isdisjoint(needed) else start.match(text)
        if found and _may_be_name(found[1]):
            end = before + found.end()
            emphasised = _emphasised(line, before + found.end(1))
            return _label(form, found[1], end, emphasised=emphasised)
    lead = _lead(line)
    if lead and _may_be_name(lead) and len(lead) < len(line.text):
        return _label("lead", lead.strip(" /|–—-"), len(lead), emphasised=True)
    return None


def _lone_lines(lines: Sequence[Line], numbers: Sequence[int]) -> dict[int, Label]:
    """Lines that are a name and nothing else, again and again: the words stand below."""
    short = {n: _unbracketed(lines[n].text) for n in numbers if len(lines[n].text) <= 30}
    keys = {n: name_key(name) for n, name in short.items()}
    counts = Counter(keys.values())
    return {
        n: _label("alone", name, len(lines[n].text), emphasised=True)
        for n, name in short.items()
        if counts[keys[n]] >= 2 and _may_be_name(name) and name[-1] not in ".?!…:"
    }


def _unbracketed(text: str) -> str:
    found = _IN_BRACKETS.match(text)
    return found[1] if found else text


def _lead(line: Line) -> str:
    """What an emphasised beginning of one to three words says."""
    if len(line.runs) < 2:
        return ""
    first = line.runs[0]
    special = {m for m in first.marks - line.runs[1].marks if not m.startswith(("size:", "link"))}
    return first.text if special and len(first.text.split()) <= 3 else ""


def _emphasised(line: Line, end: int) -> bool:
    """Whether the first `end` characters stand out from what follows them."""
    at = 0
    marks = line.runs[0].marks
    for run in line.runs:
        if at >= end and any(map(str.isalnum, run.text)):
            return bool((marks - run.marks) & {"bold", "italic", "underline"}) or any(
                mark.startswith(("color:", "class:")) for mark in marks - run.marks
            )
        at += len(run.text)
    return bool(marks & {"bold", "underline"}) and at <= end + 2


def _may_be_name(name: str) -> bool:
    name = _ASIDE.sub("", name).strip()
    words = name.split()
    if not 1 <= len(words) <= 5 or len(name) > 40 or not any(map(str.isalpha, name)):
        return False
    if (_NO_NAMES.match(name) or _HOW_SAID.match(name)) and not is_magazine(name):
        return False
    if not (name[0].isalnum() or name[0] in "$@’'"):
        return False
    lower = sum(word[0].islower() for word in words if word[0].isalpha())
    return lower <= len(words) // 2 or len(words) == 1


# ---------------------------------------------------------------- numbers


def numbered(lines: Sequence[Line]) -> dict[int, Label]:
    """Rule "1. 2. 3.": lines that count upwards from one, or from where the last stopped.

    A question may begin at one again, as after the heading of a new part.
    """
    found: dict[int, Label] = {}
    expected = 1
    for number, line in enumerate(lines):
        match = _NUMBER.match(line.text)
        if match is None:
            continue
        count = int(match[1] or match[2])
        again = count == 1 and wording.ends_asking(line.text)
        if again or expected <= count <= expected + 1:
            found[number] = Label("number", str(count), match.end())
            expected = count + 1
    return found if len(found) >= 2 else {}
