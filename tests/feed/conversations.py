"""Invented interviews, as facts; and every way we know in which an editor might mark them up.

``MARKUPS`` turn a conversation into HTML. Since the facts are known, a test can ask for the very
words of every question and answer, whatever the markup.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    speaker: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Conversation:
    name: str
    title: str
    who: str
    intro: tuple[str, ...]
    turns: tuple[tuple[str, tuple[Said, ...]], ...]
    outro: tuple[str, ...] = ()


def _one(*paragraphs: str) -> tuple[Said, ...]:
    return (Said("", paragraphs),)


SINGER = Conversation(
    "singer",
    "KCrush Interview with Singer Bae Rowoon",
    "Bae Rowoon",
    (
        "Bae Rowoon (배로운) spent six years writing songs for other people before she sang"
        " one herself. Her first album, Night Ferry, came out in April.",
        "We met her in a café near Mangwon Market, where she ordered two slices of cake and"
        " finished both.",
    ),
    (
        (
            "Could you introduce yourself to our readers?",
            _one("Hello, I’m Bae Rowoon. I sing, I write, and I am always a little late."),
        ),
        (
            "Congratulations on your first album! How does it feel?",
            _one(
                "Strange. For years I gave the songs away, and now I have to carry them myself.",
                "My mother has bought eleven copies. Who needs eleven copies of one album?",
            ),
        ),
        (
            "Please tell us about the title track, “Night Ferry”.",
            _one(
                "I wrote it on a real ferry, from Mokpo to Jeju. The engine hums in B flat, so"
                " the song is in B flat."
            ),
        ),
        (
            "You also wrote for the drama Paper Moon. What was different about that?",
            _one("A drama wants a song to wait for the kiss. I do not like to wait."),
        ),
        (
            "What do you do when a song does not come? We heard that you go running.",
            _one(
                "I do! I run along the river until I am too tired to be clever. Then it comes.",
                "Sometimes it does not. Then at least I have run.",
            ),
        ),
        ("Describe your music in three words.", _one("Slow, salty, stubborn.")),
        (
            "Is there an artist you would like to work with?",
            _one(
                "My grandfather. He plays the saw. Do you know the sound? It is like a ghost"
                " with good manners."
            ),
        ),
        (
            "Last but not least, a few words for your fans, please!",
            _one("Thank you for waiting. I will make you wait a little less next time."),
        ),
    ),
    ("Interview by the magazine’s staff. Photos courtesy of Low Tide Records.",),
)

BAND = Conversation(
    "band",
    "Q&A with ORBIT LINE",
    "ORBIT LINE",
    (
        "ORBIT LINE are five friends from Daejeon who build their own synthesizers. They"
        " answered our questions between two rehearsals.",
    ),
    (
        (
            "Hello, ORBIT LINE! Please introduce yourselves, one by one.",
            (
                Said("Jae", ("I’m Jae. I sing and I solder.",)),
                Said("D.O.T", ("D.O.T, the drummer. I also drive the van.",)),
                Said("Lil’ Moon", ("I play bass. I am the youngest, so I carry everything.",)),
            ),
        ),
        (
            "How did the five of you meet?",
            (
                Said(
                    "Jae",
                    (
                        "At a science fair. Our volcano won, theirs exploded.",
                        "We decided that an explosion was better.",
                    ),
                ),
            ),
        ),
        (
            "Who decides what goes on a record?",
            (
                Said("Lil’ Moon", ("We vote. I always lose.",)),
                Said("D.O.T", ("That is not true. Once you won, and we regret it to this day.",)),
            ),
        ),
        (
            "Tell us about your new single “Apogee”.",
            (Said("D.O.T", ("It has no chorus. We noticed that too late.",)),),
        ),
        (
            "What do you eat on tour?",
            (Said("Jae", ("Gimbap, every day. I have opinions about gimbap.",)),),
        ),
        (
            "What are your plans for the rest of the year?",
            (
                Said("Jae", ("We are going to play twenty small rooms.",)),
                Said("Lil’ Moon", ("And I am going to get a trolley.",)),
            ),
        ),
    ),
    ("You can follow ORBIT LINE on Instagram and YouTube.",),
)

SKATER = Conversation(
    "skater",
    "Interview with Short Track Skater Ko Eun-byeol",
    "Ko Eun-byeol",
    ("Ko Eun-byeol won her first national medal at seventeen. We talked to her after training.",),
    (
        (
            "When did you start skating?",
            _one("At five. My brother needed somebody to race against."),
        ),
        ("How often do you train?", _one("Twice a day.")),
        (
            "What goes through your head at the start line?",
            _one("Nothing. If there is something, I have lost already."),
        ),
        (
            "You broke your ankle in 2019. How did you come back?",
            _one(
                "Slowly, and in a bad mood. My coach had me watch other people fall for six"
                " months.",
                "Then I fell too, on the first day back, and everybody clapped.",
            ),
        ),
        ("What is your favourite food after a race?", _one("Tteokbokki. Two portions.")),
        (
            "Any advice for young skaters?",
            _one("Learn how to fall. Then learn how to be beaten by somebody who you like."),
        ),
        (
            "What would you like to say to our readers?",
            _one("Come and watch us. It is cold, but it is over in ninety seconds."),
        ),
    ),
)

DIRECTOR = Conversation(
    "director",
    "Sundance 2024 Interview with Noh Sera, Director of “Where Did the Sea Go?”",
    "Noh Sera",
    (
        "Noh Sera’s second film opened the festival. “Where Did the Sea Go?” is a comedy about"
        " a harbour that dries up overnight.",
        "The interview was held by e-mail.",
    ),
    (
        (
            "What gave you the idea for “Where Did the Sea Go?”",
            _one("A bathtub. I pulled the plug and felt sorry for the toy ship."),
        ),
        (
            "The film has very little dialogue. Was that planned from the beginning?",
            _one("No, my actors were simply better when they kept quiet. I mean that as praise."),
        ),
        (
            "How was working with Ma Yeong-sik, whom most of us know from television?",
            _one(
                "He taught me how to eat on camera: never swallow before the director says cut.",
                "We did fourteen takes of the squid scene. He has not touched squid since.",
            ),
        ),
        (
            "Could you talk about the last shot? (Without giving it away, of course.)",
            _one(
                "It took three days, because I wanted the gull to look left. The gull is a"
                " professional, I am told. It looked right."
            ),
        ),
        (
            "Are you working on something new?",
            _one("I am working on sleeping. After that, there is a script about a lift."),
        ),
    ),
    ("“Where Did the Sea Go?” will be in cinemas in May.",),
)

CONVERSATIONS = (SINGER, BAND, SKATER, DIRECTOR)

Markup = Callable[[Conversation], str]
MARKUPS: dict[str, Markup] = {}
LABELLED: set[str] = set()
QUESTION_PART = "{q}"


def e(text: str) -> str:
    return html.escape(text, quote=False)


def _plain(paragraphs: Sequence[str]) -> list[str]:
    return [f"<p>{e(text)}</p>" for text in paragraphs]


def _question_by(
    name: str, template: str, *, names: str = "<p><strong>{n}:</strong> {t}</p>"
) -> None:
    """A markup whose questions alone are marked; speakers, where several, as `names` has it."""

    def markup(talk: Conversation) -> str:
        out = _plain(talk.intro)
        for question, answers in talk.turns:
            out.append(template.format(q=e(question)))
            for said in answers:
                for place, text in enumerate(said.paragraphs):
                    named = said.speaker and place == 0
                    out.append(
                        names.format(n=e(said.speaker), t=e(text)) if named else f"<p>{e(text)}</p>"
                    )
        return "\n".join([*out, *_plain(talk.outro)])

    MARKUPS[name] = markup


_question_by("bold", "<p><strong>{q}</strong></p>")
_question_by("bold with blanks", "<p><b>{q}&nbsp;</b> </p>")
_question_by("italic", "<p><em>{q}</em></p>")
_question_by("bold italic", "<p><strong><em>{q}</em></strong></p>")
_question_by("underlined", "<p><u>{q}</u></p>", names="<p>{n}: {t}</p>")
_question_by("underline by style", '<p><span style="text-decoration: underline;">{q}</span></p>')
_question_by("colour span", '<p><span style="color:#c0392b">{q}</span></p>')
_question_by("font element", '<p><font color="#8e44ad">{q}</font></p>')
_question_by("Gutenberg colour", '<p class="has-vivid-red-color has-text-color">{q}</p>')
_question_by("background", '<p><span style="background-color: #ffff00">{q}</span></p>')
_question_by("h2", "<h2>{q}</h2>")
_question_by("h3", "<h3>{q}</h3>")
_question_by("h4 bold", '<h4 class="wp-block-heading"><strong>{q}</strong></h4>')
_question_by("h5", "<h5>{q}</h5>")
_question_by("star", "<p>*{q}</p>", names="<p>{n}: {t}</p>")
_question_by("full-width star", "<p>＊ {q}</p>", names="<p>{n} : {t}</p>")
_question_by("triangle", "<p>▶ {q}</p>")
_question_by("square", "<p>■{q}</p>")
_question_by("dash", "<p>– {q}</p>")
_question_by("Japanese dash", "<p>――{q}</p>")
_question_by("Q. only", "<p>Q. {q}</p>")
_question_by("class", '<p class="question">{q}</p>', names='<p class="answer"><b>{n}</b>: {t}</p>')
_question_by("div class", '<div class="iv-q"><p>{q}</p></div>')
_question_by("large type", '<p style="font-size:20px">{q}</p>')
_question_by("summary", "<details><summary>{q}</summary></details>")
_question_by("list item", "<ul><li>{q}</li></ul>")
_question_by("blockquote", "<blockquote><p>{q}</p></blockquote>")
_question_by(
    "Word paste",
    '<p class="MsoNormal"><b><span style="font-family:Arial;color:black">{q}</span></b>'
    '<span style="color:black">&nbsp;</span></p>',
    names='<p class="MsoNormal"><b><span style="color:black">{n}:</span></b>'
    '<span style="font-family:Arial"> {t}</span></p>',
)
_question_by(
    "Divi",
    '<div class="et_pb_module et_pb_text"><div class="et_pb_text_inner">'
    '<p><span style="color: #e02b20;"><strong>{q}</strong></span></p></div></div>',
)
_question_by("stars of Markdown", "<p>**{q}**</p>", names="<p>{n}: {t}</p>")
_question_by("brackets", "<p>[{q}]</p>", names="<p>{n}: {t}</p>")
_question_by("bold Q.", "<p><strong>Q. {q}</strong></p>")
_question_by("Q alone in bold", "<p><strong>Q</strong> {q}</p>")


def _pairs(
    name: str,
    question: str,
    answer: str,
    more: str = "<p>{t}</p>",
    *,
    named: str | None = None,
    between: str = "\n",
    wrap: str = "{x}",
) -> None:
    """A markup of both sides. `named` is the first paragraph of somebody who has a name."""

    def markup(talk: Conversation) -> str:
        out = _plain(talk.intro)
        for number, (asked, answers) in enumerate(talk.turns, start=1):
            parts = [question.format(q=e(asked), i=number)]
            for said in answers:
                for place, text in enumerate(said.paragraphs):
                    form = more if place else (named if named and said.speaker else answer)
                    parts.append(form.format(t=e(text), n=e(said.speaker), i=number))
            out.append(wrap.format(x=between.join(parts)))
        return "\n".join([*out, *_plain(talk.outro)])

    MARKUPS[name] = markup


_LABEL = "<p><strong>{n}:</strong> {t}</p>"
_pairs("Q. A.", "<p>Q. {q}</p>", "<p>A. {t}</p>", named="<p>A. ({n}) {t}</p>")
_pairs("Q: A:", "<p>Q: {q}</p>", "<p>A: {t}</p>", named="<p>A: ({n}) {t}</p>")
_pairs("Q1. A1.", "<p>Q{i}. {q}</p>", "<p>A{i}. {t}</p>", named="<p>A{i}. ({n}) {t}</p>")
_pairs("Q) A)", "<p>Q) {q}</p>", "<p>A) {t}</p>", named="<p>A) {n}: {t}</p>")
_pairs("[Q] [A]", "<p>[Q] {q}</p>", "<p>[A] {t}</p>", named="<p>[A] ({n}) {t}</p>")
_pairs("full-width Q：", "<p>Q：{q}</p>", "<p>A：{t}</p>", named="<p>A：（{n}）{t}</p>")
_pairs(
    "Question 1:",
    "<p><b>Question {i}:</b> {q}</p>",
    "<p><b>Answer:</b> {t}</p>",
    named="<p><b>Answer:</b> ({n}) {t}</p>",
)
_pairs(
    "Q. A. in one paragraph",
    "Q. {q}",
    "A. {t}",
    "{t}",
    named="A. ({n}) {t}",
    between="<br />\n",
    wrap="<p>{x}</p>",
)
_pairs(
    "Q. A. on one line",
    "Q. {q}",
    "A. {t}",
    "{t}",
    named="A. ({n}) {t}",
    between=" ",
    wrap="<p>{x}</p>",
)
_pairs("numbered", "<p>{i}. {q}</p>", "<p>{t}</p>", named="<p>{n}: {t}</p>")
_pairs("numbered bold", "<p><strong>{i}) {q}</strong></p>", "<p>{t}</p>", named=_LABEL)
_pairs("ordered list", '<ol start="{i}"><li>{q}</li></ol>', "<p>{t}</p>", named=_LABEL)
_pairs(
    "answers quoted",
    "<p>{q}</p>",
    "<blockquote><p>{t}</p></blockquote>",
    "<blockquote><p>{t}</p></blockquote>",
    named="<blockquote><p><b>{n}:</b> {t}</p></blockquote>",
)
_pairs(
    "answers listed",
    "<p>{q}</p>",
    "<ul><li>{t}</li></ul>",
    "<ul><li>{t}</li></ul>",
    named="<ul><li>{n}: {t}</li></ul>",
)
_pairs(
    "answers italic",
    "<p>{q}</p>",
    "<p><i>{t}</i></p>",
    "<p><i>{t}</i></p>",
    named="<p><i>{n}: {t}</i></p>",
)
_pairs(
    "answers bold",
    "<p>{q}</p>",
    "<p><b>{t}</b></p>",
    "<p><b>{t}</b></p>",
    named="<p><b>{n}: {t}</b></p>",
)
_pairs(
    "definition list",
    "<dt>{q}</dt>",
    "<dd>{t}</dd>",
    "<dd>{t}</dd>",
    named="<dd>{n}: {t}</dd>",
    wrap="<dl>{x}</dl>",
)
_pairs(
    "bold and break",
    "<b>{q}</b>",
    "{t}",
    "{t}",
    named="{n}: {t}",
    between="<br />\n",
    wrap="<p>{x}</p>",
)
_pairs(
    "bold on the answer's line",
    "<strong>{q}</strong>",
    "{t}",
    "{t}",
    named="<strong>{n}:</strong> {t}",
    between=" ",
    wrap="<p>{x}</p>",
)
_pairs(
    "two breaks",
    "<b>{q}</b>",
    "{t}",
    "{t}",
    named="{n}: {t}",
    between="<br><br>",
    wrap="{x}<br><br>",
)
_pairs("plain with break", "{q}", "{t}", "{t}", named="{n}: {t}", between="<br>", wrap="<p>{x}</p>")
_pairs("plain paragraphs", "<p>{q}</p>", "<p>{t}</p>", named="<p>{n}: {t}</p>")
_pairs(
    "plain divs", "<div>{q}</div>", "<div>{t}</div>", "<div>{t}</div>", named="<div>{n}: {t}</div>"
)
_pairs(
    "table",
    "<td>{q}</td>",
    "<td>{t}",
    "<p>{t}</p>",
    named="<td>{n}: {t}",
    wrap="<table><tr>{x}</td></tr></table>",
)


def _talk(
    name: str,
    asked: str,
    answered: str,
    more: str = "<p>{t}</p>",
    *,
    between: str = "\n",
    wrap: str = "{x}",
) -> None:
    """A markup that labels both sides; a lone interviewee is labelled with the name."""

    def markup(talk: Conversation) -> str:
        out = _plain(talk.intro)
        for question, answers in talk.turns:
            parts = [asked.format(q=e(question))]
            for said in answers:
                for place, text in enumerate(said.paragraphs):
                    form = more if place else answered
                    parts.append(form.format(t=e(text), n=e(said.speaker or talk.who)))
            out.append(wrap.format(x=between.join(parts)))
        return "\n".join([*out, *_plain(talk.outro)])

    MARKUPS[name] = markup
    LABELLED.add(name)


_talk("KCrush:", "<p><strong>KCrush:</strong> {q}</p>", _LABEL)
_talk("KCRUSH: plain", "<p>KCRUSH: {q}</p>", "<p>{n}: {t}</p>")
_talk("misspelt magazine", "<p><b>Kcruch :</b> {q}</p>", "<p><b>{n} :</b> {t}</p>")
_talk("KC-", "<p>KC- {q}</p>", "<p>{n} – {t}</p>")
_talk("initials", "<p><b>JW:</b> <b>{q}</b></p>", "<p><b>{n}:</b> {t}</p>")
_talk("Interviewer:", "<p><em>Interviewer: {q}</em></p>", "<p>{n}: {t}</p>")
_talk(
    "labels and breaks",
    "<b>KCrush</b>: {q}",
    "<b>{n}</b>: {t}",
    "{t}",
    between="<br />\n",
    wrap="<p>{x}</p>",
)
_talk(
    "colon in bold, one paragraph",
    "<strong>KC:</strong> {q}",
    "<strong>{n}:</strong> {t}",
    "{t}",
    between="<br>",
    wrap="<p>{x}</p>",
)
_talk(
    "names alone on their lines",
    "<p><strong>KCrush</strong></p><p>{q}</p>",
    "<p><strong>{n}</strong></p><p>{t}</p>",
)
_talk("names in brackets", "<p>[KCrush] {q}</p>", "<p>[{n}] {t}</p>")
_talk(
    "labels in spans",
    '<p><span class="who">KCrush: </span><span class="what">{q}</span></p>',
    '<p><span class="who">{n}: </span><span class="what">{t}</span></p>',
)
_talk("heading labels", "<h4>KCrush:</h4><p>{q}</p>", "<h4>{n}:</h4><p>{t}</p>")


_talk("Q: and names", "<p>Q: {q}</p>", "<p>{n}: {t}</p>")
_talk("labels on one line", "KCrush: {q}", "{n}: {t}", "{t}", between=" ", wrap="<p>{x}</p>")
_talk(
    "America",
    "<p><strong>KCrush America:</strong> <em>{q}</em></p>",
    "<p><strong>{n}:</strong> {t}</p>",
)
_talk(
    "speech bubbles",
    '<div class="balloon"><div class="who">KCRUSH</div><div class="text"><p>{q}</p></div></div>',
    '<div class="balloon"><div class="who">{n}</div><div class="text"><p>{t}</p></div></div>',
)
_pairs(
    "interviewer alone labelled", "<p><b>Kcrush:</b> {q}</p>", "<p>{t}</p>", named="<p>{n}: {t}</p>"
)
_pairs(
    "accordion",
    '<div class="tab-title">{q}</div>',
    '<div class="tab-content"><p>{t}</p></div>',
    named='<div class="tab-content"><p>{n}: {t}</p></div>',
)
_pairs(
    "details",
    "<summary>{q}</summary>",
    "<p>{t}</p>",
    named="<p>{n}: {t}</p>",
    wrap="<details>{x}</details>",
)
_pairs(
    "question in a numbered heading",
    "<h3>{i}. {q}</h3>",
    "<p>{t}</p>",
    named="<p><b>{n}</b>: {t}</p>",
)
_pairs(
    "Q1 bold without point",
    "<p><strong>Q{i} {q}</strong></p>",
    "<p>{t}</p>",
    named="<p>{n}: {t}</p>",
)
_pairs("title not in bold", "<p><strong>{q}</strong></p>", "<p>{t}</p>", named="<p>{n}: {t}</p>")
_pairs(
    "Q. alone above",
    "<p><b>Q.</b></p><p>{q}</p>",
    "<p><b>A.</b></p><p>{t}</p>",
    named="<p><b>A.</b> ({n}) {t}</p>",
)
_pairs(
    "Spectra FAQ",
    '<div class="uagb-faq-item"><span class="uagb-question">{q}</span>',
    '<div class="uagb-faq-content"><p>{t}</p></div></div>',
    '<div class="uagb-faq-content"><p>{t}</p></div>',
    named='<div class="uagb-faq-content"><p>{n}: {t}</p></div>',
)


def _raw(talk: Conversation) -> str:
    """The classic editor's text before WordPress makes paragraphs of it."""
    out = [e(text) for text in talk.intro]
    for question, answers in talk.turns:
        out.append(f"<strong>{e(question)}</strong>")
        for said in answers:
            label = f"{e(said.speaker)}: " if said.speaker else ""
            out.append(label + "\n\n".join(e(text) for text in said.paragraphs))
    return "\n\n".join([*out, *map(e, talk.outro)])


MARKUPS["raw classic text"] = _raw
