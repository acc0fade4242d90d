"""Sixty queries over the sample magazine, each with what a fan who types it wants to find.

Written by reading the interviews, before anything was tuned to them; a change of the search is no
reason to change a label. A label names interviews, and where the query asks for more than who it
is with, the questions that answer it (0 is what stands before the first one).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SLUGS = {
    "bok-dan": "kcrush-interview-with-trot-singer-na-bok-dan",
    "geon-u": "kcrush-interview-with-ssireum-wrestler-tak-geon-u",
    "umbrellas": "kcrush-interview-with-band-the-leftover-umbrellas",
    "min-hwa": "interview-voice-actor-guk-min-hwa",
    "nalssi": "kcrush-interview-with-producer-nalssi",
    "salt": "kcrush-interview-with-acoustic-duo-salt-and-sesame",
    "do-jin": "interview-with-actor-gye-do-jin",
    "sola": "kcrush-interview-with-rb-vocalist-sola",
    "grandpa": "kcrush-interview-with-the-slow-grandpa-pung-deok-su",
    "dusk": "kcrush-interview-with-boy-group-d-u-s-k",
    "seon-yeong": "kcrush-interview-with-freediver-bu-seon-yeong",
    "dam-i": "kcrush-interview-with-folk-singer-chu-dam-i",
    "tae-ri": "interview-with-eom-tae-ri-designer-of-night-bus-1002",
    "l1me": "kcrush-interview-with-k-hiphop-artist-l1me",
    "hanok": "showcase-report-neon-hanok-light-up-bukchon",
    "renee": "interview-director-renee-goh-moreau-on-the-persimmon-thief",
    "da-on": "kcrush-interview-with-choreographer-pi-da-on",
    "se-rin": "kcrush-interview-with-picture-book-artist-mo-se-rin",
    "yu-on": "kcrush-interview-with-baduk-player-sim-yu-on",
    "saebyeok": "kcrush-interview-with-rising-star-saebyeok-exe",
    "bit-garam": "kcrush-interview-with-lighting-designer-woo-bit-garam",
    "ra-on": "kcrush-interview-with-ballad-singer-yi-ra-on",
    "kite": "kcrush-interview-with-girl-group-kite",
    "sola again": "another-kcrush-interview-with-sola",
    "ah-reum": "kcrush-interview-with-webtoon-artist-pyeon-ah-reum",
}

ANYWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Labelled:
    """``wanted`` maps keys of ``SLUGS`` to the questions wanted, ``ANYWHERE`` for any."""

    query: str
    wanted: Mapping[str, frozenset[int]]

    def is_met_by(self, key: str, turn: int) -> bool:
        """Whether a passage is one of those wanted."""
        if key not in self.wanted:
            return False
        turns = self.wanted[key]
        return not turns or turn in turns


def _asked(query: str, *whole: str, **questions: int | tuple[int, ...]) -> Labelled:
    """`questions` are by key, with "_" for what a Python name can't have."""
    wanted = dict.fromkeys(whole, ANYWHERE)
    for name, turns in questions.items():
        numbers = (turns,) if isinstance(turns, int) else turns
        key = name.replace("_", "-")
        wanted[key if key in SLUGS else name.replace("_", " ")] = frozenset(numbers)
    unknown = wanted.keys() - SLUGS.keys()
    if unknown:
        raise ValueError(f"no such interview: {unknown}")
    return Labelled(query, wanted)


LABELLED = (
    # Names as they are remembered: a half, without signs, in another order.
    _asked("sola", "sola", "sola again"),
    _asked("kite strings fandom", kite=(10, 14)),
    _asked("dusk boys", "dusk"),
    _asked("lime rapper", "l1me"),
    _asked("saebyeok exe", "saebyeok"),
    _asked("pung deoksu", "grandpa"),
    _asked("woo bitgaram", "bit-garam"),
    _asked("tae ri game designer", "tae-ri"),
    _asked("bok dan", "bok-dan"),
    _asked("goh moreau film", "renee"),
    # Letters wrong.
    _asked("nalsi producer", "nalssi"),
    _asked("leftover umbrelas", "umbrellas"),
    _asked("salt & sesami", "salt"),
    _asked("gye dojn", "do-jin"),
    _asked("morau persimon", "renee"),
    _asked("neon hanock", "hanok"),
    _asked("choreografer", "da-on"),
    _asked("sireum wrestler", "geon-u"),
    # Hangul, and the ways in which a Korean name is romanised.
    _asked("더스크", "dusk"),
    _asked("선영", "seon-yeong"),
    _asked("심유온은", "yu-on"),
    _asked("모세린 양말", se_rin=(0, 4)),
    _asked("승재", geon_u=5),
    _asked("하람", "umbrellas"),
    _asked("권필상", "hanok"),
    _asked("조말순", ah_reum=10),
    _asked("boo sunyoung", "seon-yeong"),
    _asked("lee raon", "ra-on"),
    _asked("shim yuon", "yu-on"),
    _asked("pyun areum", "ah-reum"),
    _asked("hyun chul", geon_u=4),
    # What they talked about.
    _asked("persimmon for the birds", kite=9),
    _asked("coriander fight", salt=5),
    _asked("rice cooker", kite=3, saebyeok=3, min_hwa=(1, 7)),
    _asked("pandemic", sola=6, dusk=7, salt=6),
    _asked("motel night shift", do_jin=4),
    _asked("dancing in a wheelchair", dusk=5),
    _asked("grandfather peels an apple", grandpa=3),
    _asked("rain on an air conditioner", sola=5),
    _asked("milk wrestling", geon_u=(3, 6)),
    _asked("fan club of the goat", ah_reum=5),
    _asked("songs by the weather forecast", nalssi=3),
    _asked("cow shed recording", dam_i=3),
    _asked("voice replaced by machines", min_hwa=5),
    # At their word.
    _asked('"bowl of fruit"', yu_on=(2, 4, 9)),
    _asked('"are you still there"', saebyeok=5),
    _asked('"water breath"', seon_yeong=2),
    _asked('kevin -"thank-you"', sola_again=6),
    # As one asks.
    _asked("why did she give up baduk", yu_on=2),
    _asked("what is trot music", bok_dan=2),
    _asked("are they a couple", salt=7),
    _asked("why are there no mirrors in the studio", da_on=2),
    _asked("what does the exclamation mark in the name mean", kite=2),
    _asked("advice for beginners who want to draw webtoons", ah_reum=9),
    _asked("how many times did he die on tv", do_jin=2),
    _asked("what did the mother say about the bus game", tae_ri=6),
    _asked("왜 가위로 자르지 않고 찢나요", se_rin=3),
    # Narrowed.
    _asked("artist:kite day off", kite=8),
    _asked("year:2021 plant kevin", sola=7),
    _asked("kind:acting rice cooker", min_hwa=(1, 7)),
)


def among_first(answers: Sequence[Sequence[tuple[str, int]]], most: int) -> float:
    """The share of ``LABELLED`` that have a wanted passage among the first `most` of their answers.

    An answer is an interview's key and a turn, best first.
    """
    met = [
        any(labelled.is_met_by(*passage) for passage in answer[:most])
        for labelled, answer in zip(LABELLED, answers, strict=True)
    ]
    return sum(met) / len(met)


def interviews_among_first(answers: Sequence[Sequence[tuple[str, int]]], most: int) -> float:
    """As ``among_first``, of interviews, whichever question of theirs was found."""
    met = [
        bool(labelled.wanted.keys() & list(dict.fromkeys(key for key, _ in answer))[:most])
        for labelled, answer in zip(LABELLED, answers, strict=True)
    ]
    return sum(met) / len(met)
