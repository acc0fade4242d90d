"""The frozen values that travel between the packages. No I/O, no library types."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: absolute http(s) URL, alternative text and caption ("" for none)."""

    url: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an interview is with, and as what ("Webtoon Artist"), where the title says so."""

    name: str
    role: str | None = None
    aliases: tuple[str, ...] = ()


class Topic(StrEnum):
    """What an interview is about, in the order in which people are offered it."""

    MUSIC = "music"
    ACTING = "acting"
    WEBTOON = "webtoon"
    SPORT = "sport"
    GAME = "game"
    CREATOR = "creator"
    FILM = "film"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's words in answer to a question; paragraphs are parted by a blank line.

    ``speaker`` is the name as the article labels it, ``None`` where it labels nobody.
    """

    speaker: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered to it, in the article's order. ``number`` counts from 1."""

    number: int
    question: str
    answers: tuple[Answer, ...]
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """An article's body, in reading order: intro, turns, outro.

    Text is plain (no markup, entities decoded), paragraphs parted by a blank line. An article that
    is no interview has no turns and all its prose in ``intro``. ``headings`` are the lines of these
    texts that are headings in the article. ``images`` are those of intro and
    outro; ``videos`` and ``links`` are absolute http(s) URLs. ``warnings`` say, for the operator,
    what was left out or guessed.
    """

    intro: str
    turns: tuple[Turn, ...]
    outro: str
    images: tuple[Image, ...] = ()
    videos: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interview:
    """A published interview as the site tells it. Dates are aware and in UTC.

    ``guid`` is the feed's identity of the entry (its URL where it gives none) and ``url`` the
    canonical address. ``tags`` are the site's categories and tags, in its order and spelling.
    """

    guid: str
    url: str
    title: str
    subjects: tuple[Subject, ...] = ()
    tags: tuple[str, ...] = ()
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    excerpt: str = ""
    image_url: str | None = None
    transcript: Transcript = field(default_factory=lambda: Transcript("", (), ""))

    @property
    def lead_image(self) -> Image | None:
        """The picture that stands for the interview: its own, or the first beside its prose."""
        images = self.transcript.images
        if not self.image_url:
            return self.described(images[0]) if images else None
        in_text = (*images, *(image for turn in self.transcript.turns for image in turn.images))
        found = next((image for image in in_text if image.url == self.image_url), None)
        return self.described(found or Image(self.image_url))

    def described(self, image: Image) -> Image:
        """The picture with an alternative text: its own, else its caption, else who is seen."""
        names = ", ".join(subject.name for subject in self.subjects) or self.title
        return replace(image, alt=image.alt or image.caption or names)


@dataclass(frozen=True, slots=True)
class StoredInterview:
    """An interview with its row id, the id that custom_ids, the index and deliveries use.

    Each change of it gives it a higher ``revision``.
    """

    id: int
    interview: Interview
    first_seen_at: datetime
    withdrawn_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class InterviewSummary:
    """What a list or a choice needs of an interview: one row, no turns."""

    id: int
    title: str
    url: str
    names: tuple[str, ...]
    published_at: datetime | None
    turn_count: int
    subjects: tuple[Subject, ...] = ()
    kind: Topic = Topic.OTHER
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Artist:
    """Whom interviews are with, over all of them. See ``bot.core.artists`` for ``id``.

    ``name`` is as the newest interview writes it, ``aliases`` all other spellings that the
    magazine uses, ``interviews`` their ids, newest first.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    role: str | None = None
    kind: Topic = Topic.OTHER
    interviews: tuple[int, ...] = ()


class TargetKind(StrEnum):
    """What a subscription's channel is, as far as it matters to an announcement."""

    TEXT = "text"
    ANNOUNCEMENT = "announcement"
    THREAD = "thread"
    FORUM = "forum"
    MEDIA = "media"
    DIRECT = "direct"
    """A person's direct messages; the subscription's guild and channel id are the person's own."""


class SubscriptionState(StrEnum):
    """Parked waits for somebody to mend something, paused for an admin's word."""

    ACTIVE = "active"
    PARKED = "parked"
    PAUSED = "paused"
    ENDED = "ended"


class Frequency(StrEnum):
    """Each interview by itself, or those of a day or a week gathered in one message."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when nothing is announced, in minutes of the local day (0 to 1439).

    Over midnight where `until` is the smaller. The two differ.
    """

    start: int
    until: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """When announcements go out, in local time. ``weekday`` (0 is Monday) is a weekly digest's."""

    frequency: Frequency = Frequency.EACH
    weekday: int = 0
    hour: int = 18
    quiet: QuietHours | None = None

    @property
    def is_digest(self) -> bool:
        """Whether interviews are gathered in one message."""
        return self.frequency is not Frequency.EACH


class Form(StrEnum):
    """All of the card; title and a small picture; or words and a link, which Discord previews."""

    FULL = "full"
    COMPACT = "compact"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Style:
    """How announcements look. ``colour`` is the card's edge as 0xRRGGBB (``None``: the
    magazine's), ``spoiler`` covers pictures until a press, ``silent`` notifies nobody,
    ``text_above`` stands above the card (``bot.core.text_above``). ``language`` is Discord's name
    of that in which the bot's own words stand (``None``: the guild's)."""

    form: Form = Form.FULL
    colour: int | None = None
    spoiler: bool = False
    silent: bool = False
    text_above: str = ""
    language: str | None = None


PLAIN_STYLE: Final = Style()

ROLES_LIMIT: Final = 5
"""Roles that an announcement pings at most."""


class Mode(StrEnum):
    """Posted by the bot, or carried into the channel by Discord's channel following; or posted by
    the clock (``bot.core.regular_posts``), not for a new interview."""

    POST = "post"
    FOLLOW = "follow"
    REGULAR = "regular"


class Doubt(StrEnum):
    """What to do where nobody can tell whether a message arrived."""

    RATHER_ONCE = "rather-once"
    RATHER_TWICE = "rather-twice"


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What holds for all of a guild. ``time_zone`` is an IANA name, ``None`` where none was
    chosen (then UTC holds); ``removed_at`` is since when the bot is not in it any more."""

    id: int
    time_zone: str | None = None
    doubt: Doubt = Doubt.RATHER_ONCE
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is announced in a channel, and how. A channel may have several, of different filters.

    ``crosspost`` publishes announcements of an announcement channel to its followers,
    ``discussion`` opens a thread under each; ``role_lost`` says that the role was deleted.
    ``webhook_id`` is Discord's hook where the mode is to follow. ``tag_id`` is the tag of a forum's
    posts where none fits. ``filter`` is in its text form (``bot.core.filters``).
    """

    id: int
    guild_id: int
    channel_id: int
    role_id: int | None
    created_by: int
    created_at: datetime
    state: SubscriptionState = SubscriptionState.ACTIVE
    reason: str | None = None
    timetable: Timetable = Timetable()
    crosspost: bool = False
    discussion: bool = False
    role_lost: bool = False
    mode: Mode = Mode.POST
    webhook_id: int | None = None
    kind: TargetKind = TargetKind.TEXT
    tag_id: int | None = None
    more_role_ids: tuple[int, ...] = ()
    style: Style = PLAIN_STYLE
    filter: str = ""

    @property
    def role_ids(self) -> tuple[int, ...]:
        """All roles that are pinged."""
        return (self.role_id, *self.more_role_ids) if self.role_id is not None else ()

    def with_roles(self, role_ids: Iterable[int]) -> "Subscription":
        """The same, with these roles pinged."""
        ids = tuple(role_ids)
        return replace(self, role_id=ids[0] if ids else None, more_role_ids=ids[1:])


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    PARKED = "parked"
    ABANDONED = "abandoned"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox: one interview for one subscription.

    ``nonce`` is stable for the row's whole life, at most 25 characters (Discord docs, Create
    Message). ``next_attempt_at`` is when a pending row falls due or a leased row's lease ends.
    ``maybe_sent_at`` is since when the message may stand in the channel without our knowing, apart
    from the lease of now, which began at ``leased_at``. ``missed`` counts the other interviews for
    which this announcement speaks, because the channel was out of reach when they came.
    ``after_id`` is a snowflake of the moment of ``maybe_sent_at`` by Discord's clock, if that was
    known.
    """

    id: int
    interview_id: int
    subscription_id: int
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    nonce: str
    message_id: int | None = None
    reason: str | None = None
    maybe_sent_at: datetime | None = None
    missed: int = 0
    after_id: int | None = None
    created_at: datetime | None = None
    leased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a lease ends: the delivery's next state, and what goes with it.

    ``state`` is pending, sent, parked or abandoned. ``next_attempt_at`` is when a pending row falls
    due, or when a parked subscription is probed next. ``reason`` is the word for why it was not
    sent, as in ``Delivery``, and ``maybe_sent_at`` since when the message may stand in the channel
    nevertheless. Of a sent message there are ``message_id``, ``channel_id`` if that is not the
    subscription's channel, ``card_digest`` of what it shows (``None`` if that is not known),
    whether it is ``plain`` words and a link, and ``edit_due_at`` if it is to be edited.
    """

    state: DeliveryState
    reason: str | None = None
    next_attempt_at: datetime | None = None
    maybe_sent_at: datetime | None = None
    message_id: int | None = None
    channel_id: int | None = None
    card_digest: str | None = None
    plain: bool = False
    edit_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A page of an interview, in reading order.

    ``section`` is 0 for the cover, the question's number, or ``OUTRO``. ``part`` counts from 0
    where a section is cut into several pages; one beyond the last means the last.
    """

    section: int
    part: int = 0

    def __str__(self) -> str:
        return f"{self.section}.{self.part}"


OUTRO: Final = 999_999
LAST_PART: Final = 999_999
COVER: Final = Position(0)
END: Final = Position(OUTRO, LAST_PART)
"""The last page, whichever that is."""
