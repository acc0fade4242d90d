"""Invented interviews in plain English, about what interviews are about: for search by meaning,
words that mean nothing would be too easy to tell apart from the passages that are looked for.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.core.model import Answer, Interview, Subject, Transcript, Turn

TURNS = 14
"""Of each interview; with its frame, these are fifteen passages."""

_NEWEST = datetime(2020, 3, 1, 12, 0, tzinfo=UTC)

_ROLES = ("Singer", "Actor", "Dancer", "Band", "Rapper", "Director", "Painter", "Cook", "Writer")
_WORDS = {
    "person": "my mother|my father|an uncle|our manager|a stranger on a train|my first teacher|"
    "a friend from school|the drummer|a nurse|my sister|the landlord|an old fisherman|the stylist|"
    "a taxi driver|my grandmother|the sound engineer|a fan from Chile|the neighbour upstairs",
    "thing": "a guitar|an umbrella|a notebook|a piano|a pair of shoes|a bicycle|a cat|a lamp|"
    "a letter|a cassette|a winter coat|a bowl of noodles|a suitcase|a camera|a plant|a blanket|"
    "a ticket|a radio|a photograph|a key|a cake|a basket of fruit|an old computer|a microphone",
    "place": "in Busan|in a basement|at the harbour|on a rooftop|in the practice room|at school|"
    "on the night bus|at a market|in the kitchen|in Toronto|by the river|at the airport|on stage|"
    "in a small theatre|at the hospital|in a village|in the lift|on an island|in the snow",
    "act": "sang|cried|fell asleep|wrote a song|danced|cooked soup|missed the train|laughed|won|"
    "lost my voice|read a book|started again|called home|forgot the words|painted a wall|waited|"
    "learned to swim|broke a string|told the truth|walked home|practised alone|quit my job",
    "time": "last winter|when I was nine|for three years|every morning|the night before the debut|"
    "in the rain|on a Tuesday|after the concert|during the tour|at four in the morning|once|"
    "in my first year|on my birthday|for the whole summer|before every show|until it was light",
    "feeling": "proud|afraid|lonely|calm|jealous|happy|nervous|free|tired|grateful|angry|curious",
}
_QUESTIONS = (
    "How did you begin?",
    "What do you remember of {place}?",
    "What does {thing} have to do with the album?",
    "Who taught you the most?",
    "What was the hardest moment {time}?",
    "What do you do when you are {feeling}?",
    "Is it true that you {act} {place}?",
    "What did {person} say about the new work?",
    "What is the story behind the title?",
    "Which present from a fan will you never forget?",
    "What would you tell somebody who is just starting?",
    "What makes you {feeling}?",
    "Where do you write?",
    "What comes next?",
)
_SENTENCES = (
    "I {act} {place} {time}, and {person} heard it.",
    "{person} gave me {thing} {time}, and I still have it.",
    "We were {feeling}, so we {act} {place}.",
    "I had nothing but {thing} then.",
    "It began with {thing}, which {person} had left {place}.",
    "People think that it is easy, but I {act} {time}.",
    "I asked {person}, who only said that everybody is {feeling} sometimes.",
    "There is a line about {thing} in the second song, and it is for {person}.",
    "If you are {feeling}, go and sit {place} with {thing}.",
    "I was so {feeling} that I {act}, and nobody noticed.",
    "{person} and I {act} {place}, and {time} it was over.",
    "The company wanted something else, but I had seen {thing} {place}.",
    "Without {person} I would never have {act}.",
    "You can hear {thing} at the end of the recording.",
)


def distractors(count: int, seed: int = 1) -> Iterator[Interview]:
    """`count` interviews, the same ones for the same seed."""
    rng = random.Random(seed)
    words = {name: several.split("|") for name, several in _WORDS.items()}

    def said(template: str) -> str:
        filled = template.format(**{name: rng.choice(several) for name, several in words.items()})
        return filled[0].upper() + filled[1:]

    for number in range(count):
        name = f"Nobody {number + 1}"
        turns = tuple(
            Turn(
                turn,
                said(question),
                (Answer(None, " ".join(map(said, rng.sample(_SENTENCES, rng.randint(2, 5))))),),
            )
            for turn, question in enumerate(rng.sample(_QUESTIONS, TURNS), 1)
        )
        role = rng.choice(_ROLES)
        yield Interview(
            guid=f"https://distractors.example/{number}",
            url=f"https://distractors.example/{number}/",
            title=f"Interview with {role} {name}",
            subjects=(Subject(name, role),),
            published_at=_NEWEST - timedelta(days=number),
            transcript=Transcript(said("We met {person} {place} {time}."), turns, ""),
        )
