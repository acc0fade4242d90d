"""Korean names in Hangul and in Latin letters, as people write them. Pure and bounded.

The official romanisation (Ministry of Culture, 2000) would make Gim So-yeon of 김소연, but hardly
anybody writes the own name by it: a syllable has several usual spellings (Kim; Yeon, Youn, Yun),
and a spelling several syllables (Sun is 선 or 순). So a name is turned into all of its usual
spellings, the commonest first, and whoever searches looks which of them there are. Doing this to
the query rather than to the texts keeps it precise, for only what really stands in some text is
searched, and leaves the index as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, product

from bot.search.hangul import is_hangul, parts, typed_in_hangul, typed_in_latin

MOST_SPELLINGS = 64
"""Spellings of one word that are worth a look."""

MOST_READINGS = 12
"""Words in Hangul that one romanised word may be."""

LONGEST_NAME = 4
"""Syllables of a name; a longer word is taken to be none."""

_FULL_NAMES = 6
_LOOKED_UP = 24
_SURNAMES_LOOKED_UP = 3
_PER_SYLLABLE = 12
_IN_WORD = 6
_LONGEST_LATIN = 24
_LONGEST_SYLLABLE = 8

# Usual spellings of a syllable's three parts in Unicode's order, the commonest first; "-" is none.
_INITIALS = (
    *("g k", "kk gg", "n", "d t", "tt dd", "r l", "m", "b p", "pp bb", "s", "ss", "-", "j ch"),
    *("jj tch", "ch", "k", "t", "p ph", "h"),
)
_VOWELS = (
    *("a", "ae ai", "ya", "yae", "eo u", "e", "yeo you yu", "ye yea", "o", "wa", "wae", "oe oi we"),
    *("yo", "u oo", "wo weo", "we", "wi wee", "yu yoo you", "eu u", "ui ee i eui", "i ee"),
)
_FINALS = (
    *("-", "k g ck", "k g", "k", "n", "n", "n", "t d", "l", "l", "m", "l", "l", "l", "l p", "l"),
    *("m", "p b", "p", "t s", "t s", "ng", "t", "t", "k", "t", "p", "t h"),
)
# Exceptions from the rules, as "hangul spelling spelling ..., ...": surnames, and syllables of
# given names.
_SURNAMES = """
김 kim gim, 이 lee yi rhee ri rhie, 박 park bak pak, 최 choi choe choy, 정 jung jeong chung jong,
강 kang gang, 조 cho jo joh, 윤 yoon yun youn, 장 jang chang, 임 lim im yim rim, 한 han hahn,
오 oh o, 서 seo suh so, 신 shin sin, 권 kwon gwon, 황 hwang whang, 안 ahn an, 송 song,
류 ryu yoo yu lyu, 유 yoo yu you ryu, 전 jeon jun chun chon, 홍 hong, 고 ko go koh goh, 문 moon mun,
양 yang, 손 son sohn, 배 bae bai pae, 백 baek paek back paik baik, 허 heo hur huh her, 남 nam,
심 shim sim, 노 noh no roh rho, 하 ha hah, 곽 kwak gwak, 성 sung seong, 차 cha, 주 joo ju chu,
우 woo wu u, 구 koo gu ku goo, 민 min, 나 na ra nah, 진 jin chin, 지 ji jee chi, 엄 um eom uhm,
채 chae, 원 won weon, 천 cheon chun, 방 bang pang, 공 kong gong, 현 hyun hyeon, 함 ham hahm,
변 byun byeon, 염 yeom yum youm, 추 choo chu, 도 do doh, 소 so soh, 석 seok suk, 선 sun seon,
설 seol sul, 마 ma, 길 gil kil, 연 yeon youn yun, 위 wi wee, 표 pyo, 명 myung myeong, 기 ki gi kee,
반 ban, 왕 wang, 금 geum keum kum, 옥 ok ock, 육 yook yuk, 인 in, 맹 maeng, 제 je jae, 모 mo moh,
탁 tak, 국 kook guk kuk gook, 여 yeo yuh, 어 eo uh, 은 eun, 편 pyeon pyun pyon, 라 ra la na,
계 gye kye, 부 boo bu pu, 피 pi, 예 ye, 봉 bong, 사 sa, 경 kyung gyeong, 풍 poong pung,
남궁 namgung namkoong namgoong, 황보 hwangbo, 제갈 jegal, 선우 sunwoo seonwoo sunoo,
독고 dokgo dokko, 사공 sagong, 서문 seomun seomoon
"""
_SYLLABLES = """
우 woo wu u oo, 욱 wook uk ook, 운 woon un oon, 웅 woong ung oong, 울 wool ul,
혜 hye hae he hea, 시 si shi see, 신 shin sin, 심 shim sim, 의 ui eui yi, 이 i yi ee, 아 a ah,
오 o oh, 서 seo suh, 국 kook guk kuk gook, 희 hee hui hi heui, 휘 hwi whee, 준 jun joon june,
수 su soo sue, 숙 sook suk, 순 soon sun, 빈 bin been, 린 rin lin lynn, 림 rim lim, 라 ra la,
루 ru lu loo, 리 ri ree lee li, 란 ran lan, 령 ryeong ryung, 련 ryeon ryun, 로 ro lo roh,
율 yul yool, 필 pil phil, 영 young yeong yung, 경 kyung gyeong kyoung gyung,
현 hyun hyeon hyoun hyon, 재 jae jai jay, 제 je jae jay, 세 se seh say, 엘 el l
"""

# Syllables of given names; a romanised word is read as these, so that few English ones are names.
_IN_NAMES = (
    "가간갑강건걸겸경계고곤관광교구국군권귀규균근금기길나난남내노녹누눈늘니다단달담대덕도"
    "동두득들라란람랑래량레려련령례로록롱루룬륜률름리린림립마만말매명모목무문물미민바박반"
    "배백범벼별병보복봄봉부비빈빛사산삼상새샘생서석선설섭성세셈소솔송수숙순술숭슬승시식신"
    "실심아안알암애양언엄에여연열영예오옥온완왕요용우욱운울웅원월위유육윤율은을음응의이익"
    "인일임자장재전점정제조종좌주준중지진집찬창채천철청초춘충치칠쾌탁태택통평표풍피필하학"
    "한함해향헌혁현협형혜호홍화환황회효후훈휘휴흔흠흥희"
)


@lru_cache(maxsize=4096)
def romanisations(hangul: str, *, surname: bool = False) -> tuple[str, ...]:
    """The usual spellings of a word in Hangul as one word, the commonest first.

    Empty where it is no word of at most ``LONGEST_NAME`` syllables.
    """
    if not is_hangul(hangul) or len(hangul) > LONGEST_NAME:
        return ()
    if surname:
        return _table(_SURNAMES).get(hangul, ())
    return _ranked(*(_syllable(one)[:_IN_WORD] for one in hangul))[:MOST_SPELLINGS]


@lru_cache(maxsize=4096)
def surname_and_given_name(hangul: str) -> tuple[str, str] | None:
    """A full name as surname and given name; ``None`` for what begins with no surname."""
    if not is_hangul(hangul) or not 2 <= len(hangul) <= LONGEST_NAME:
        return None
    length = 2 if len(hangul) > 2 and hangul[:2] in _table(_SURNAMES) else 1
    surname, given = hangul[:length], hangul[length:]
    return (surname, given) if surname in _table(_SURNAMES) and len(given) <= 2 else None


@lru_cache(maxsize=4096)
def hangul_readings(latin: str, *, surname: bool = False, least: int = 2) -> tuple[str, ...]:
    """What a romanised word (folded) may be in Hangul, the likeliest first.

    A `surname`, or `least` to ``LONGEST_NAME`` syllables that are usual in names; empty for others.
    """
    if not latin.isascii() or not latin.isalpha() or len(latin) > _LONGEST_LATIN:
        return ()
    if surname:
        return tuple(hangul for _, hangul in _surnames().get(latin, ()))
    ranked = sorted(_split(latin, LONGEST_NAME), key=lambda found: (len(found[1]), found[0]))
    return tuple(dict.fromkeys(word for _, word in ranked if len(word) >= least))[:MOST_READINGS]


def full_name_readings(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a romanised name of several words (folded) may be in Hangul, as surname and given name.

    The surname is the first or the last word.
    """
    if len(words) < 2:
        return
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        readings = hangul_readings("".join(given), least=1)
        givens = [reading for reading in readings if len(reading) <= 2]
        yield from islice(product(hangul_readings(surname, surname=True), givens), _FULL_NAMES)


def in_other_script(words: Sequence[str]) -> Iterator[str]:
    """What a name (its words folded) may be as one word in the other script: kimsoyeon and
    soyeonkim for 김소연, the other way round, and with the same keys of the other keyboard."""
    name = "".join(words)
    yield from filter(None, (typed_in_hangul(name), typed_in_latin(name)))
    yield from hangul_readings(name)
    yield from map("".join, full_name_readings(words))
    if len(name) == 2:
        yield from romanisations(name)[:_LOOKED_UP]
    parted = surname_and_given_name(name)
    if parted is not None:
        surnames = romanisations(parted[0], surname=True)[:_SURNAMES_LOOKED_UP]
        for given, surname in product(romanisations(parted[1])[:_LOOKED_UP], surnames):
            yield surname + given
            yield given + surname


@lru_cache(maxsize=4096)
def _split(latin: str, room: int) -> list[tuple[int, str]]:
    """The words that `latin` may be read as, each with how unusual that is."""
    if not latin or not room:
        return [] if latin else [(0, "")]
    found = [
        (rank + unusual, syllable + rest)
        for end in range(1, min(_LONGEST_SYLLABLE, len(latin)) + 1)
        for rank, syllable in _syllables().get(latin[:end], ())
        for unusual, rest in _split(latin[end:], room - 1)
    ]
    return sorted(found)[: 4 * MOST_READINGS]


@cache
def _syllable(hangul: str) -> tuple[str, ...]:
    """The spellings of one syllable of a word, the commonest first."""
    if hangul in _table(_SYLLABLES):
        return _table(_SYLLABLES)[hangul]
    tables = zip((_INITIALS, _VOWELS, _FINALS), parts(hangul), strict=True)
    choices = ([one.strip("-") for one in table[number].split()] for table, number in tables)
    return _ranked(*choices)[:_PER_SYLLABLE]


def _ranked(*choices: Sequence[str]) -> tuple[str, ...]:
    """All combinations joined, those first that consist of the first choices."""
    numbered = [list(enumerate(some)) for some in choices]
    ranked = sorted(product(*numbered), key=lambda chosen: sum(rank for rank, _ in chosen))
    return tuple(dict.fromkeys("".join(one for _, one in chosen) for chosen in ranked))


@cache
def _table(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.split() for entry in text.split(","))
    return {hangul: tuple(spellings) for hangul, *spellings in entries}


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, tuple[tuple[int, str], ...]]:
    """By spelling, what is spelled so, each with the rank of the spelling among its own."""
    found: dict[str, list[tuple[int, str]]] = {}
    for hangul, spellings in table.items():
        for rank, spelling in enumerate(spellings):
            found.setdefault(spelling, []).append((rank, hangul))
    return {spelling: tuple(sorted(ranked)) for spelling, ranked in found.items()}


@cache
def _surnames() -> dict[str, tuple[tuple[int, str], ...]]:
    return _by_spelling(_table(_SURNAMES))


@cache
def _syllables() -> dict[str, tuple[tuple[int, str], ...]]:
    return _by_spelling({hangul: _syllable(hangul) for hangul in _IN_NAMES})
