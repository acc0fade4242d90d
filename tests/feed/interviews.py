"""Interviews made at random, with their truth: kinds, marks, names and languages mixed."""

import html
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RandomInterview:
    """``asked`` are the questions, ``spoken`` who answers each, in the article's order."""

    kind: str
    title: str
    html: str
    asked: tuple[str, ...]
    spoken: tuple[tuple[str, ...], ...]


_QUESTIONS = {
    "en": (
        "How did you come up with the name? What was the last thing that you cooked? Which city "
        "do you miss most? Could you describe the new record? Do you ever get nervous? What is the "
        "song about? Why did it take so long? Who hears a song first? When did you start to sing? "
        "Is there a place where you write best? What would you tell your younger self? Where does "
        "the sound of rain come from?"
    ),
    "de": (
        "Wie seid ihr auf den Namen gekommen? Was bedeutet Ihnen die Bühne? Woher kommt der Klang? "
        "Welche Stadt vermisst du? Wann hast du zuletzt gekocht? Warum hat es so lange gedauert? "
        "Was würdet ihr anders machen? Wer hört die Lieder zuerst?"
    ),
    "es": (
        "¿Cómo surgió el nombre? ¿Qué significa para ustedes la canción? ¿De dónde "
        "viene el sonido? "
        "¿Por qué tardó tanto? ¿Cuál es la ciudad que más extrañas? ¿Quién escucha primero? "
        "¿Qué harías de otra manera? ¿Cuándo vuelven a la sala?"
    ),
    "fr": (
        "Comment est né le groupe ? Quelle est votre chanson préférée ? D’où vient ce "
        "son ? Pourquoi "
        "avez-vous attendu ? Que représente la scène pour vous ? Qui écoute en premier ? Où "
        "écrivez-vous le mieux ? Quels sont vos projets ?"
    ),
    "pt": (
        "Como nasceu o nome? O que vocês sentem no palco? De onde vem o som? Por que "
        "demorou tanto? "
        "Qual cidade deixou saudade? Quem ouve primeiro? O que vocês fariam "
        "diferente? Quando vocês "
        "voltam?"
    ),
    "pl": (
        "Skąd wziął się pomysł na nazwę? Co was inspiruje? Jak powstała płyta? Dlaczego tak długo? "
        "Jakie miasto wspominacie najlepiej? Kto słucha pierwszy? Gdzie piszecie teksty? Jakie są "
        "wasze plany?"
    ),
    "nl": (
        "Hoe is de naam ontstaan? Waar haal je je inspiratie vandaan? Waarom duurde het zo lang? "
        "Welke stad mis je? Wie hoort het eerst? Wat zou je anders doen? Wanneer ben je begonnen? "
        "Hoe ziet de zomer eruit?"
    ),
    "id": (
        "Bagaimana nama band ini muncul? Apa arti lagu ini untuk kalian? Dari mana "
        "suara itu? Kenapa "
        "lama sekali? Kota apa yang paling kamu rindukan? Siapa yang mendengar dulu? Kapan kalian "
        "mulai? Apa rencana tahun ini?"
    ),
}
_ANSWERS = {
    "en": (
        "It happened in a kitchen, late at night.|I wrote it on a bus and kept the ticket.|Nobody "
        "knows. My sister says that she does.|We argued for a week, and then it "
        "rained.|The lamp was "
        "broken, so I sang in the dark.|Slowly. I like slow things.|Lisbon, and the bread there."
        "|My grandmother, who falls asleep.|It took a winter and two drums.|Once, in a lift."
    ),
    "de": (
        "In einer Küche, spät in der Nacht.|Ich habe es im Bus geschrieben.|Das weiß niemand, auch "
        "meine Schwester nicht.|Wir haben eine Woche gestritten.|Langsam, mit viel Tee.|Im Keller."
    ),
    "es": (
        "En una cocina, muy tarde.|Lo escribí en un autobús.|Nadie lo sabe, ni mi "
        "hermana.|Estuvimos "
        "una semana sin dormir.|Despacio, con mucho café.|En la playa de los abuelos."
    ),
    "fr": (
        "Dans une cuisine, très tard.|Je l’ai écrite dans un bus.|Personne ne le sait, même pas ma "
        "sœur.|Nous avons discuté une semaine.|Lentement, avec du thé.|À la cave."
    ),
    "pt": (
        "Numa cozinha, bem tarde.|Eu escrevi no ônibus.|Ninguém sabe, nem a minha "
        "irmã.|Nós ficamos "
        "uma semana sem dormir.|Devagar, com muito café.|Na praia dos avós."
    ),
    "pl": (
        "W kuchni, późno w nocy.|Napisałem to w autobusie.|Nikt tego nie wie, nawet moja siostra."
        "|Kłóciliśmy się przez tydzień.|Powoli, przy herbacie.|W piwnicy."
    ),
    "nl": (
        "In een keuken, laat op de avond.|Ik heb het in de bus geschreven.|Dat weet "
        "niemand, ook mijn "
        "zus niet.|We hebben een week ruzie gehad.|Langzaam, met veel thee.|In de kelder."
    ),
    "id": (
        "Di dapur, sudah larut malam.|Saya menulisnya di bus.|Tidak ada yang tahu, adik saya juga "
        "tidak.|Kami berdebat satu minggu.|Pelan-pelan, dengan teh.|Di gudang bawah."
    ),
}
_TITLES = {
    "en": "Interview with {who}",
    "de": "{who} im Interview",
    "es": "Entrevista con {who}",
    "fr": "Entretien avec {who}",
    "pt": "Entrevista com {who}",
    "pl": "Wywiad z {who}",
    "nl": "Interview met {who}",
    "id": "Wawancara dengan {who}",
}
_REMARKS = [
    "That sounds tiring.",
    "The cover is lovely.",
    "And then there was the tour.",
    "It reminds me of the sea.",
    "So you are a reader.",
    "You once said that silence is a song.",
    "I thought that it was a joke.",
    "Sure.",
]
_PROMPTS = [
    "Favorite food:",
    "Cats or dogs",
    "Future plans",
    "Last thing you bought",
    "A lucky number",
]
_ASKS_BACK = [
    "Does that make sense? I think it does.",
    "You know how it is, right? I was young.",
    "Why would I? I never liked it.",
    "Can you imagine? I could not.",
]
_NAMES = [
    "Aru",
    "Bomi",
    "Ceda",
    "Dohan",
    "Eyla",
    "Fenn",
    "Goa",
    "Haneul",
    "Iro",
    "Juna",
    "Kaito",
    "Lumi",
]
_MAGAZINES = (
    "Seoulwave",
    "Weekly Noise",
    "Tonspur",
    "NM",
    "Pop Corner",
    "The Film Sentence",
    "KCrush",
)
Mark = Callable[[str], str]
_MARKS: dict[str, Mark] = {
    "bold": lambda text: f"<p><strong>{text}</strong></p>",
    "italic": lambda text: f"<p><em>{text}</em></p>",
    "h2": lambda text: f"<h2>{text}</h2>",
    "h3": lambda text: f"<h3>{text}</h3>",
    "colour": lambda text: f'<p><span style="color:#a0522d">{text}</span></p>',
    "class": lambda text: f'<p class="frage">{text}</p>',
    "dash": lambda text: f"<p>– {text}</p>",
    "triangle": lambda text: f"<p>▶ {text}</p>",
    "Q.": lambda text: f"<p>Q. {text}</p>",
    "bold Q:": lambda text: f"<p><b>Q: {text}</b></p>",
}


def _sentences(text: str) -> list[str]:
    return [f"{part}?" for part in text.rstrip("?").split("? ")]


def random_interview(seed: int) -> RandomInterview:
    """One of the kinds, by the seed."""
    rng = random.Random(seed)
    return rng.choice(
        [_marked, _marked, _remarks, _prompts, _labelled, _initials, _members, _languages, _plain]
    )(rng)


def _page(
    kind: str, title: str, turns: list[tuple[str, str, list[tuple[str, str]]]], *, intro: str = ""
) -> RandomInterview:
    """`turns` are a question, its HTML, and the answers: who speaks, and the HTML."""
    body = [intro] if intro else []
    for _, asked, answers in turns:
        body += [asked, *(said for _, said in answers)]
    return RandomInterview(
        kind,
        title,
        "\n".join(body),
        tuple(question for question, _, _ in turns),
        tuple(tuple(who for who, _ in answers if who) for _, _, answers in turns),
    )


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text, quote=False)}</p>"


def _answers(rng: random.Random, language: str = "en") -> list[tuple[str, str]]:
    pool = _ANSWERS[language].split("|")
    said = rng.sample(pool, rng.choice([1, 1, 1, 2]))
    if language == "en" and rng.random() < 0.2:
        said[-1] = rng.choice(_ASKS_BACK)
    return [("", _paragraph(text)) for text in said]


def _intro(rng: random.Random) -> str:
    return _paragraph(
        rng.choice(
            [
                "They met us in a café near the river.",
                "Have you ever dreamed of the stage? Would you give up everything for it?",
                "The album came out in May. It has nine songs.",
            ]
        )
    )


def _marked(rng: random.Random) -> RandomInterview:
    name, mark = rng.choice(list(_MARKS.items()))
    questions = rng.sample(_sentences(_QUESTIONS["en"]), rng.randint(3, 9))
    turns = [(q, mark(q), _answers(rng)) for q in questions]
    return _page(name, _TITLES["en"].format(who=rng.choice(_NAMES)), turns, intro=_intro(rng))


def _mixed(rng: random.Random, others: list[str]) -> RandomInterview:
    name, mark = rng.choice(list(_MARKS.items())[:6])
    asked = rng.sample(_sentences(_QUESTIONS["en"]), rng.randint(3, 6))
    said = rng.sample(others, rng.randint(1, min(len(others), len(asked) - 1)))
    middle = asked[1:-1] + said
    rng.shuffle(middle)
    turns = [(q, mark(q), _answers(rng)) for q in [asked[0], *middle, asked[-1]]]
    return _page(f"{name}, remarks", _TITLES["en"].format(who=rng.choice(_NAMES)), turns)


def _remarks(rng: random.Random) -> RandomInterview:
    return _mixed(rng, _REMARKS)


def _prompts(rng: random.Random) -> RandomInterview:
    return _mixed(rng, _PROMPTS)


_LABELS = (
    "<p><strong>{n}:</strong> {t}</p>", "<p>{n}: {t}</p>", "<p><b>{n}</b>: {t}</p>",
    "<p>[{n}] {t}</p>",
    "<p><b>{n}:</b><br>{t}</p>", "<p>{n} : {t}</p>",
)  # fmt: skip


def _labelled(rng: random.Random) -> RandomInterview:
    form, magazine, who = rng.choice(_LABELS), rng.choice(_MAGAZINES), rng.choice(_NAMES)
    asked = rng.sample(_sentences(_QUESTIONS["en"]), rng.randint(3, 6))
    asked += rng.sample(_REMARKS, rng.randint(0, 3))
    first, rest = asked[0], asked[1:]
    rng.shuffle(rest)
    turns = []
    for question in [first, *rest]:
        text = rng.choice(_ANSWERS["en"].split("|") + _ASKS_BACK)
        turns.append(
            (question, form.format(n=magazine, t=question), [(who, form.format(n=who, t=text))])
        )
    return _page("labelled", _TITLES["en"].format(who=who), turns, intro=_intro(rng))


def _initials(rng: random.Random) -> RandomInterview:
    magazine, short = rng.choice(
        [("The Film Sentence", "TFS"), ("Weekly Noise", "WN"), ("Mode Girl", "MG")]
    )
    who, letters = rng.choice([("Moon Taeyeon", "MT"), ("Jo Gwangsu", "JG"), ("Ada Bell", "AB")])
    declared = rng.random() < 0.5
    form = rng.choice(_LABELS[:3])
    asked = rng.sample(_sentences(_QUESTIONS["en"]), rng.randint(3, 6))
    turns = []
    for place, question in enumerate(asked):
        names = (magazine, who) if place == 0 else (short, letters)
        if place == 0 and declared:
            names = (f"{magazine} ({short})", f"{who} ({letters})")
        text = rng.choice(_ANSWERS["en"].split("|"))
        turns.append(
            (
                question,
                form.format(n=names[0], t=question),
                [(names[1], form.format(n=names[1], t=text))],
            )
        )
    return _page("initials", _TITLES["en"].format(who=who), turns, intro=_intro(rng))


def _members(rng: random.Random) -> RandomInterview:
    name, mark = rng.choice(list(_MARKS.items()))
    form = rng.choice(
        [
            "<p><strong>{n}:</strong> {t}</p>",
            "<p>{n}: {t}</p>",
            "<p>({n}) {t}</p>",
            "<p>{n} | {t}</p>",
            "<p>&gt;{n}: {t}</p>",
        ]
    )
    band = rng.sample(_NAMES, 3)
    turns = []
    for question in rng.sample(_sentences(_QUESTIONS["en"]), rng.randint(4, 7)):
        who = rng.sample(band, rng.choice([1, 2, 2, 3]))
        texts = rng.sample(_ANSWERS["en"].split("|"), len(who))
        turns.append(
            (
                question,
                mark(question),
                [(n, form.format(n=n, t=t)) for n, t in zip(who, texts, strict=True)],
            )
        )
    return _page(f"members, {name}, {form}", "Interview with PAPER KITES", turns, intro=_intro(rng))


def _languages(rng: random.Random) -> RandomInterview:
    language = rng.choice([code for code in _QUESTIONS if code != "en"])
    name, mark = rng.choice(list(_MARKS.items()))
    questions = rng.sample(_sentences(_QUESTIONS[language]), rng.randint(4, 7))
    turns = [(q, mark(q), _answers(rng, language)) for q in questions]
    return _page(f"{language}, {name}", _TITLES[language].format(who="EASTLEY"), turns)


def _plain(rng: random.Random) -> RandomInterview:
    language = rng.choice(list(_QUESTIONS))
    questions = rng.sample(_sentences(_QUESTIONS[language]), rng.randint(4, 7))
    turns = []
    for question in questions:
        pool = _ANSWERS[language].split("|")
        turns.append((question, _paragraph(question), [("", _paragraph(rng.choice(pool)))]))
    return _page(f"plain {language}", _TITLES[language].format(who="EASTLEY"), turns)
