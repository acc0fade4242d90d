"""Who speaks, as the line itself says: "Q.", "A. (Mikako)", "KCrush:", "Lil’ Fang:", "KC-".

A word before a colon is a label only where the article uses it as one: again and again, or marked
like others that are. What is no label stays text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from bot.feed.transcript import wording
from bot.feed.transcript.blocks import Line

ASKS, ANSWERS = "asks", "answers"

Hear = Callable[[str], wording.Heard]

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
# What a form cannot do without.
_NEEDS = {"colon": re.compile(r"[:：]"), "dash": re.compile(r"[-–—|/]")}
_AFTER_A = re.compile(r"^[\[(（]\s*([^\])）]{1,40}?)\s*[\])）]\s*[:：]?\s*")
_ASIDE = re.compile(r"\s*[(\[（][^)\]）]{0,40}[)\]）]\s*$")
_NAME_CHARS = re.compile(r"[^\W_]")
# A picture before the name: "🎤 KCrush:".
_PICTURE = re.compile(r"^(?:[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]*\s*)+")

# Words before a colon that name a thing, not somebody who speaks.
_NO_NAMES = re.compile(
    r"(?ix)^(?:note|p\.?\s?s\.?|n\.?b|photos?|pictures?|images?|credits?|source|website|web"
    r"|instagram|ig|twitter|facebook|fb|youtube"
    r"|tik\s?tok|spotify|soundcloud|sns|e-?mail|contact|(?:real|stage|full|birth|english|korean"
    r"|pen|given)?\s?names?|birth(?:day|date|place|\splace)?|born|date\sof\sbirth|ages?"
    r"|height|weight|position|debut(?:ed)?|members?|agency|label|company|genres?|albums?"
    r"|singles?|songs?|tracks?|track\s?list|titles?|release[sd]?|release\sdate"
    r"|directors?|writers?|cast|dates?|time|venue|locations?|place|price|tickets?|hometown"
    r"|nationality|education|occupation|job|hobb(?:y|ies)|specialty|mbti|blood\stype|zodiac.*"
    r"|motto"
    r"|favou?rite\s.*|(?:photo|written|interview|interviewed|words|text|translated|edited"
    r"|transcribed|styling|hair|make-?up|compiled|images?)\s.*by|translat(?:ion|or)|editing"
    r"|part\s\w+|chapter\s\w+|updated?|warning|spoilers?.*|disclaimer|via|read\smore|watch"
    r"|listen|stream|buy|links?|official.*|fandom(?:\sname)?|fan\s?club|awards?|works?"
    r"|filmography|discography|profile|tags?|categor(?:y|ies)|filed\sunder|posted.*|published.*"
    r"|share.*|related.*|interview|q&a|exclusive.*|rating|verdict|https?|the\sinterview"
    r"|for\sexample|e\.?g|i\.?e|first|second|third|also|and|but|so|yes|no|well|ok|okay|oh|haha"
    r"|honestly|actually|hello|hi|today|answer\sis|tip|fun\sfact|fact|summary|conclusion|answer"
    r"|question|step\s\d+|round\s\d+|vol.*|ep.*)$"
)
# What an editor writes in brackets about how something is said.
_HOW_SAID = re.compile(
    r"(?i)^(?:everyone|all|both|they)?\s*(?:laugh|smil|giggl|sigh|chuckl|grin|nod|think|paus|cry|cries"
    r"|tears|applau|silence|whisper|sings|singing|shrug|blush|joking|jokes|in\s+(?:korean|english"
    r"|japanese|unison)|together|웃|笑|일동)"
)
_MAGAZINE_WORDS = frozenset({
    "interviewer", "interview", "reporter", "host", "mc", "moderator", "editor", "journalist",
    "question", "q", "ask", "magazine", "kc", "kca", "kcm", "kcu", "kcus", "kcrush", "staff",
    "질문", "기자", "에디터", "인터뷰어", "진행자", "記者", "インタビュアー", "編集部",
})  # fmt: skip
_MAGAZINE_TAIL = ("america", "magazine", "mag", "usa", "us", "team", "staff", "official")


@dataclass(frozen=True, slots=True)
class Label:
    """A mark at a line's start: who speaks, in what form, and how many characters it takes."""

    form: str
    name: str
    length: int
    emphasised: bool = False
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", name_key(self.name))


@dataclass(slots=True)
class Voices:
    """What the labels of an article tell. ``role`` and ``label`` are by line number.

    ``sticky`` says that both sides are labelled, so that an unlabelled line belongs to whoever
    spoke last; ``sure`` that a label itself says who asks: "Q.", or the magazine's name.
    """

    label: dict[int, Label] = field(default_factory=dict)
    role: dict[int, str] = field(default_factory=dict)
    sticky: bool = False
    sure: bool = True

    @property
    def asked(self) -> int:
        return sum(role == ASKS for role in self.role.values())

    @property
    def answered(self) -> int:
        return sum(role == ANSWERS for role in self.role.values())


def name_key(name: str) -> str:
    """A name without case, blanks, punctuation and asides: "Lil’ Fang (laughs)" is "lilfang"."""
    bare = _ASIDE.sub("", name)
    return "".join(_NAME_CHARS.findall(bare or name)).casefold()


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


def voices_of(lines: Sequence[Line], title: str, hear: Hear) -> Voices:
    """The labels that hold in this article; ``Voices()`` where it has none."""
    voices = _question_marks(lines, hear)
    return voices if voices.role else _names(lines, title, hear)


# ---------------------------------------------------------------- Q. and A.


def _question_marks(lines: Sequence[Line], hear: Hear) -> Voices:
    """Rule "Q. and A.": two questions so marked, or one that is answered so."""
    voices = Voices()
    for number, line in enumerate(lines):
        asked = _Q_MARK.match(line.text)
        if asked and not line.text[:5].upper().startswith("Q&A"):
            voices.label[number] = Label("Q", "Q", asked.end())
            voices.role[number] = ASKS
    spaced = bool(voices.label)
    named = _names_after_marks(lines)
    for number, line in enumerate(lines):
        answered = _A_MARK.match(line.text) or (spaced and _lone_letter(line))
        if number not in voices.role and answered:
            voices.label[number] = _answer_label(line.text, answered.end(), named)
            voices.role[number] = ANSWERS
    asked_times, answered_times = voices.asked, voices.answered
    if asked_times >= 2 or (asked_times and answered_times):
        voices.sticky = answered_times >= 0.6 * asked_times
        return _with_names(voices, lines, hear)
    if not asked_times and answered_times >= 3:
        return _with_names(voices, lines, hear)
    return Voices()


def _lone_letter(line: Line) -> re.Match[str] | None:
    """ "A" in bold before a plain answer, without a point."""
    first = line.runs[0]
    if first.text.strip() == "A" and len(line.runs) > 1 and first.marks - line.runs[1].marks:
        return re.match(r"^A\s+", line.text)
    return None


def _answer_label(text: str, end: int, names: set[str]) -> Label:
    """ "A. (Mikako) ..." names the speaker after the mark; "A. Mikako: ..." likewise."""
    named = _AFTER_A.match(text[end:])
    if named is not None and _written_as_name(named[1]):
        return Label("A", named[1].strip(), end + named.end())
    colon = _COLON.match(text[end:])
    if colon is not None and name_key(colon[1]) in names:
        return Label("A", colon[1].strip(), end + colon.end())
    return Label("A", "", end)


def _names_after_marks(lines: Sequence[Line]) -> set[str]:
    """Keys of the names of "A. Mikako: ..."; "A. It’s strange: ..." names nobody."""
    answered = [(line.text, mark) for line in lines if (mark := _A_MARK.match(line.text))]
    colons = [_COLON.match(text[mark.end() :]) for text, mark in answered]
    keys = Counter(
        name_key(colon[1])
        for colon in colons
        if colon is not None and len(colon[1].split()) <= 3 and _written_as_name(colon[1])
    )
    often = 2 * sum(keys.values()) >= len(answered)
    return {key for key, count in keys.items() if often or count >= 2}


def _written_as_name(name: str) -> bool:
    return _may_be_name(name) and all(_capital(word) for word in name.split())


def _with_names(voices: Voices, lines: Sequence[Line], hear: Hear) -> Voices:
    """Names inside a Q-and-A: several members who each answer on a line of their own."""
    free = [number for number in range(len(lines)) if number not in voices.role]
    if any(label.form == "A" and label.name for label in voices.label.values()):
        for number in free:
            found = _BRACKET.match(lines[number].text)
            if found and _written_as_name(found[1]):
                voices.label[number] = Label("bracket", found[1].strip(), found.end())
                voices.role[number] = ANSWERS
        free = [number for number in free if number not in voices.role]
    voices.label |= _accepted(lines, free)
    askers = _askers(lines, voices.label, hear)
    for number in voices.label.keys() - voices.role.keys():
        voices.role[number] = ASKS if voices.label[number].key in askers else ANSWERS
    return voices


def _askers(lines: Sequence[Line], labels: dict[int, Label], hear: Hear) -> set[str]:
    """The keys of those who ask: "Q", the magazine's names, and whoever else does nothing but ask
    and never speaks right after another who asks."""
    said: dict[str, list[str]] = defaultdict(list)
    for number, label in labels.items():
        said[label.key].append(_said(lines, number, label))
    order = [labels[number].key for number in sorted(labels)]
    askers = {one.key for one in labels.values() if one.form == "Q" or is_magazine(one.name)}
    return askers | {
        key
        for key, texts in said.items()
        if askers
        and len(texts) >= 2
        and not _follows(key, askers, order)
        and _share_asked(texts, hear) >= 0.8
    }


# ---------------------------------------------------------------- names


def _names(lines: Sequence[Line], title: str, hear: Hear) -> Voices:
    """Rule "Speaker:": labels that recur; whose lines ask is the interviewer, and never somebody
    whom the title names."""
    accepted = _accepted(lines, range(len(lines)))
    if not accepted:
        return Voices()
    said: dict[str, list[str]] = defaultdict(list)
    for number, label in accepted.items():
        said[label.key].append(_said(lines, number, label))
    askers = _askers(lines, accepted, hear)
    sure = bool(askers)
    if not askers:
        order = [accepted[number].key for number in sorted(accepted)]
        askers = _those_who_ask(said, order, name_key(title), hear)
    voices = Voices(label=dict(accepted), sure=sure)
    voices.role = {n: ASKS if label.key in askers else ANSWERS for n, label in accepted.items()}
    voices.sticky = voices.answered >= 0.5 * voices.asked > 0
    return voices


def _said(lines: Sequence[Line], number: int, label: Label) -> str:
    text = lines[number].text[label.length :].strip()
    if not text and number + 1 < len(lines):
        return lines[number + 1].text
    return text


def _those_who_ask(
    said: dict[str, list[str]], order: Sequence[str], title: str, hear: Hear
) -> set[str]:
    """Whose words are mostly questions, while somebody else's mostly are not.

    A second interviewer may say more besides, but never speaks right after the first. `order` are
    the speakers' keys, line by line.
    """
    rates = {key: _share_asked(texts, hear) for key, texts in said.items()}
    askers = {key for key, rate in rates.items() if rate >= 0.6 and len(said[key]) >= 2}
    askers |= {
        key
        for key, rate in rates.items()
        if askers and rate >= 0.5 and len(said[key]) >= 2 and not _follows(key, askers, order)
    }
    named = {key for key in said if len(key) >= 3 and key in title}
    if named and askers - named:
        return askers - named
    others = [key for key in said if key not in askers]
    if not others or min(rates[key] for key in others) > 0.4:
        best = max(rates, key=lambda key: rates[key], default="")
        rest = [rate for key, rate in rates.items() if key != best]
        return {best} if rest and rates[best] >= 0.6 and max(rest) <= 0.4 else set()
    return askers


def _follows(key: str, others: set[str], order: Sequence[str]) -> bool:
    return any(before in others and after == key for before, after in pairwise(order))


def _share_asked(texts: Sequence[str], hear: Hear) -> float:
    return sum(hear(text).asks for text in texts) / len(texts) if texts else 0.0


def _accepted(lines: Sequence[Line], numbers: Iterable[int]) -> dict[int, Label]:
    """The labels that recur in one form, and single ones of the same form beside them."""
    by_form: dict[str, dict[int, Label]] = defaultdict(dict)
    numbers = list(numbers)
    for number in numbers:
        for label in _candidates(lines[number]):
            by_form[label.form].setdefault(number, label)
    for number, label in _lone_lines(lines, numbers).items():
        by_form["alone"][number] = label
    kept: dict[int, Label] = {}
    for form in ("colon", "bracket", "dash", "lead", "paren", "alone"):
        for number, label in _recurring(form, by_form[form]).items():
            kept.setdefault(number, label)
    return kept


def _recurring(form: str, labels: dict[int, Label]) -> dict[int, Label]:
    counts = Counter(label.key for label in labels.values())
    emphasised = Counter(label.key for label in labels.values() if label.emphasised)
    names = {label.key: label.name for label in labels.values()}
    known = {key for key, name in names.items() if is_magazine(name)}
    least = 2 if form in ("colon", "bracket") else 3
    sure = {key for key, count in counts.items() if count >= least}
    if form == "colon":
        sure |= {key for key in known if counts[key] >= 1}
        sure |= {key for key in emphasised if len(emphasised) >= 2}
    elif known:
        sure |= {key for key, count in counts.items() if count >= 2} | known
    elif form == "dash" and len(emphasised) >= 2:
        sure |= {key for key in emphasised if emphasised[key] == counts[key]}
    if form in ("dash", "lead", "paren", "alone") and not (known & sure) and len(sure) < 2:
        return {}
    if sum(counts[key] for key in sure) < 2 and not (known & sure and len(labels) >= 2):
        return {}
    all_emphasised = all(emphasised[key] for key in sure)
    return {
        number: label
        for number, label in labels.items()
        if label.key in sure
        or (form == "colon" and _alike(label, all_emphasised))
        or (form == "bracket" and known and _written_as_name(label.name))
    }


def _alike(label: Label, all_emphasised: bool) -> bool:
    """A member who answers once: marked as the others are, and written as names are."""
    if label.emphasised:
        return all_emphasised
    short = len(label.name.split()) <= 3
    return not all_emphasised and short and _written_as_name(label.name)


def _capital(word: str) -> bool:
    first = next((c for c in word if c.isalnum()), "")
    return bool(first) and (not first.islower())


def _candidates(line: Line) -> Iterable[Label]:
    picture = _PICTURE.match(line.text)
    before = picture.end() if picture else 0
    text = line.text[before:]
    head = text[:80]
    for form, pattern in (("colon", _COLON), ("bracket", _BRACKET), ("dash", _DASH),
                          ("dash", _DASH_TIGHT), ("paren", _CLOSING_PAREN)):  # fmt: skip
        found = pattern.match(text) if form not in _NEEDS or _NEEDS[form].search(head) else None
        if found and _may_be_name(found[1]):
            end = before + found.end()
            yield Label(form, found[1].strip(), end, _emphasised(line, before + found.end(1)))
            return
    lead = _lead(line)
    if lead and _may_be_name(lead) and len(lead) < len(text):
        yield Label("lead", lead.strip(" /|–—-"), len(lead), emphasised=True)


def _lone_lines(lines: Sequence[Line], numbers: Sequence[int]) -> dict[int, Label]:
    """Lines that are a name and nothing else, again and again: the words stand below."""
    short = {n: _unbracketed(lines[n].text) for n in numbers if len(lines[n].text) <= 30}
    counts = Counter(name_key(name) for name in short.values())
    return {
        number: Label("alone", name, len(lines[number].text), emphasised=True)
        for number, name in short.items()
        if counts[name_key(name)] >= 2 and _may_be_name(name) and name[-1] not in ".?!…:"
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
        again = count == 1 and wording.asks(line.text[match.end() :])
        if again or expected <= count <= expected + 1:
            found[number] = Label("number", str(count), match.end())
            expected = count + 1
    return found if len(found) >= 2 else {}
