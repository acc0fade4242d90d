"""What a line's words alone tell: does it ask, does it address somebody, is it a credit?

Wording is the witness against which markup is judged: a mark that falls on lines that ask is the
mark of questions. English leads; the question endings of Korean, Japanese, Chinese, French,
Spanish, German and Portuguese are known too. Judged is the text without labels.
"""

import re
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
_SECOND_PERSON = re.compile(
    r"(?i)\b(?:you|your|yours|yourself|yourselves)\b"
    r"|\b(?-i:vous|[Vv]otre|vos|toi|usted|ustedes|tú|tus|vosotros|você|vocês|seus?|suas?|[Ii]hr"
    r"|[Ii]hre[nm]?|euch|dich|deine?)\b"
    r"|님|씨[는의가께]?|여러분|본인|자신|당신|あなた|さん|皆さん|您|你"
)
_FIRST_PERSON = re.compile(
    r"\b(?:I|I[’'](?:m|ve|d|ll)|[Mm]y|[Mm]e|[Mm]yself|[Mm]ine|[Ww]e|[Ww]e[’'](?:re|ve|d|ll)"
    r"|[Oo]ur|[Uu]s)\b"
    r"|\b(?:[Jj]e|[Jj][’']\w+|[Mm]on|[Mm]es|[Nn]ous|[Nn]otre|[Yy]o|[Nn]osotros|[Nn]uestr[oa]s?"
    r"|[Mm]eu|[Mm]inha|[Ii]ch|[Mm]eine?|[Ww]ir|[Uu]nsere?)\b"
    r"|저[는희도의]?|제[가 ]|나[는의]|내[가 ]|우리|私|僕|俺|我"
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
_FOREIGN_QUESTION = re.compile(
    r"(?:까요|나요|가요|은지요|는지요|습니까|입니까|ㅂ니까|니까|을까|ㄹ까|죠|지요|인지|는지"
    r"|을지|부탁\S*(?:\s?드\S+)?|주세요|주십시오|주실래요|말씀\S*"
    r"|한\s?마디\S*(?:\s\S+)?|궁금\S+|있다면|점은|것은|이유는|계기는|계획은|소감은|순간은"
    r"|인사\S*|소개\S*)[\s.!?？~…]*$"
    r"|(?:ですか|ますか|でしょうか|ましたか|たか|のか|ください|下さい|お願いします"
    r"|お願い致します|聞かせて\S*|教えて\S*)[\s。.!?？〜…]*$"
    r"|(?:吗|呢|嗎|么|什么|怎么样|如何|请\S{0,30})[\s。？?！]*$|^¿"
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
    r"|editor[’']?s?\snote"
    r"|(?:the|this)\s(?:interview|article|q&a|conversation)\s(?:has\sbeen|was|is|first|originally))"
)
_EASTERN = re.compile(r"[\u3040-\u30ff\u3131-\u318e\u4e00-\u9fff\uac00-\ud7a3¿]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u3131-\u318e]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


# To look for words in a set is far quicker than to look for patterns in a text: whatever a pattern
# below needs is here, and only where it is there the pattern itself is tried.
_PATTERN_NEEDS = {
    "second": frozenset(
        (  # noqa: SIM905 - words as one reads them
            "you your yours yourself yourselves vous votre vos toi usted ustedes tú tus vosotros "
            "você vocês seu seus sua suas ihr ihre ihren ihrem euch dich dein deine"
        ).split()
    ),
    "first": frozenset(
        (  # noqa: SIM905
            "i my me myself mine we our us je j mon mes nous notre yo nosotros nuestro nuestra "
            "nuestros nuestras meu minha ich mein meine wir unser unsere"
        ).split()
    ),
    "singular": frozenset({"i", "my", "me", "myself", "mine"}),
    "asker": frozenset(
        (  # noqa: SIM905
            "heard read saw noticed know understand hear see seen wonder wondering ask curious "
            "like love reader readers fan fans audience viewer viewers magazine follower followers "
            "us tell give show let teach walk take"
        ).split()
    ),
    "request": frozenset(
        (  # noqa: SIM905
            "please you tell introduction selfintroduction yourself yourselves curious wonder "
            "wondering word words message messages greeting greetings know hear ask"
        ).split()
    ),
    "order": frozenset(
        (  # noqa: SIM905
            "please kindly tell describe introduce share explain talk walk give name pick choose "
            "say leave send recommend show teach imagine complete finish rate list sum let "
            "elaborate compare define greet take write suggest reveal expand help"
        ).split()
    ),
}
_WORD = re.compile(r"[^\W_]+")


class Heard(NamedTuple):
    """How a line sounds: ``asks``, ``weight``, ``surely_asks``, ``addresses`` of its text, and
    whether it tells of whoever speaks, in the singular, and asks nobody (``own_story``)."""

    asks: bool
    weight: float
    sure: bool
    addresses: bool
    own_story: bool


def hear(text: str) -> Heard:
    """All that is told of a line by its wording, its words looked at once."""
    words = _words(text)
    foreign = _asks_in_another_language(text)
    orders = _orders(text, words)
    second = _needed("second", words, text) and bool(_SECOND_PERSON.search(text))
    own = _own_story(text, words)
    requests = _needed("request", words, text) and bool(_REQUEST.search(text[:1500]))
    asked = (
        ends_asking(text)
        or foreign
        or orders
        or requests
        or bool(_UNMARKED.match(text) and len(text) < 250)
        or bool(_ASKS_SOMEWHERE.search(text[:1500]))
    )
    heavy = _weight(text, foreign, orders, second, own, requests)
    sure = asked and ((heavy >= 1.5 and second) or (heavy >= 1.0 and (orders or foreign)))
    addresses = second or foreign
    return Heard(asked, heavy, sure, addresses, own >= 2.0 and not addresses and not asked)


def _words(text: str) -> frozenset[str]:
    if len(text) > 5000:
        text = f"{text[:4000]} {text[-1000:]}"
    return frozenset(_WORD.findall(text.lower()))


def _needed(name: str, words: frozenset[str], text: str) -> bool:
    return not words.isdisjoint(_PATTERN_NEEDS[name]) or bool(_EASTERN.search(text))


def ends_asking(text: str) -> bool:
    """Whether the last sentence is a question by its mark."""
    return bool(_ENDS_ASKING.search(text[-60:]))


def _asks_in_another_language(text: str) -> bool:
    """Whether the last sentence ends as questions and requests do elsewhere, mark or no mark."""
    end = text[-120:]
    return bool(_EASTERN.search(end)) and bool(_FOREIGN_QUESTION.search(end))


def asks(text: str) -> bool:
    """The broad view: a question mark, a request or a question's ending anywhere fitting.

    Meant for lines that stand out by markup already; it takes an answer with a question in it too.
    """
    return hear(text).asks


def weight(text: str) -> float:
    """How much a plain line sounds asked rather than answered: positive for a question.

    About -3 for a long story in the first person, 5 for "Could you introduce yourself?".
    """
    return hear(text).weight


def surely_asks(text: str) -> bool:
    """The strict view: nobody would take it for an answer.

    A request counts without "you", and so does a question in a language that leaves "you" out.
    """
    return hear(text).sure


def addresses(text: str) -> bool:
    """Whether it speaks to somebody ("you"), in any of the languages known."""
    return hear(text).addresses


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


def _own_story(text: str, words: frozenset[str]) -> float:
    """How much it speaks of whoever speaks, as answers do and an interviewer seldom does."""
    if not _needed("first", words, text):
        return 0.0
    if not words.isdisjoint(_PATTERN_NEEDS["singular"]):
        return 0.5 if _asker_says_i(text, words) else 2.0
    if _FIRST_PERSON.search(text) and not _asker_says_i(text, words):
        return 1.0
    return 0.0


def _asker_says_i(text: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(_PATTERN_NEEDS["asker"]) and bool(_ASKER_SAYS_I.search(text))


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
    if words.isdisjoint(_PATTERN_NEEDS["order"]):
        return False
    if "please" in words and _PLEASE_AT_END.search(text[-40:]):
        return True
    return any(_IMPERATIVE.match(clause) or _PLEASE.match(clause) for clause in _clauses(text))


def _opens_asking(text: str) -> bool:
    """Whether the last sentence begins as questions do."""
    last = re.split(r"(?<=[.!?])\s+", text[-400:].rstrip("?？! "))[-1]
    return bool(_OPENER.match(last)) or any(_OPENER.match(clause) for clause in _clauses(last))


def speaks_of_itself(text: str) -> bool:
    """Whether it says "I" or "we"."""
    head = text[:3000]
    return _needed("first", _words(head), head) and bool(_FIRST_PERSON.search(head))


def greets(text: str) -> bool:
    return bool(_GREETING.match(text))


def is_credit(text: str) -> bool:
    """A closing line of the magazine's: who wrote, whom to follow, where to listen."""
    return len(text) < 600 and bool(_CREDIT.match(text))


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
