"""The second opinion: passages that are about what was asked, whatever their words and language."""

import asyncio
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.clock import Clock
from bot.core.errors import UserError
from bot.core.folders import make_private_folder
from bot.core.model import StoredInterview
from bot.core.settings import Settings
from bot.core.supervisor import supervise
from bot.meaning.chunks import chunks, embedded_text
from bot.meaning.process import WORKER, MeaningError, MeaningProcess, is_installed
from bot.search.catalogue import Source
from bot.search.passages import spoken

HITS = 15
"""Passages that are shown for a query, on three pages: the further ones are hardly about it."""

PER_INTERVIEW = 2
"""The most of one interview. With 3, as for words, fewer queries have their answer among five."""

CANDIDATES = 200

ANSWER_WITHIN = 1.0
"""Seconds that a person waits for what is by meaning, before they get what is by words."""

TEXTS = 8
"""Chunks embedded at a time, which take some 50 ms: a query waits for no more."""

INTERVIEWS = 10
"""Interviews read from the store at a time; the store decodes them on the event loop."""

SAVE_EVERY = 60.0
"""Seconds between two saves while a whole archive is embedded."""

RETRY = 60.0
"""Seconds until a process that ended is started again."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MeantPassage:
    """A chunk that was found: of a turn (0 is what stands before the first), by its number."""

    interview: int
    turn: int
    chunk: int
    score: float


class MeaningSearch:
    """Vectors of all interviews, kept up with the store, in a process that ``sync`` starts."""

    def __init__(self, path: Path, worker: str = WORKER) -> None:
        """`path` is the file of the vectors; its folder is made if it is missing. `worker` is the
        module that embeds."""
        self._path = path
        self._process = MeaningProcess(path, worker)
        self._ready = False

    @property
    def is_ready(self) -> bool:
        """Whether all interviews were embedded once, and the process runs."""
        return self._ready and self._process.pid is not None

    async def find(self, text: str) -> list[MeantPassage]:
        """The passages nearest to a text, best first, at most ``HITS``; none if it takes too long
        or fails."""
        if not self.is_ready:
            return []
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                near = await self._process.ask("find", text=text, most=CANDIDATES)
        except (TimeoutError, MeaningError) as error:
            logger.warning("nothing was searched by meaning: %s", str(error) or "it took too long")
            return []
        return _grouped(MeantPassage(*one) for one in near)[:HITS]

    async def sync(self, store: Source) -> int:
        """Embed what changed in the store since the last sync; returns the number of interviews.

        Raises:
            MeaningError: the process can't be started, or ended; the next sync starts it again.
            UserError: the folder can't be made.
        """
        try:
            await asyncio.to_thread(make_private_folder, self._path.parent)
        except OSError as error:
            problem = error.strerror or str(error)
            raise UserError("search.folder", path=self._path.parent, problem=problem) from error
        await self._process.start()
        state = await self._process.ask("state")
        revision = int(state["revision"])
        newest = await store.interviews.revision()
        if state["identity"] != store.identity or revision > newest:
            await self._process.ask("clear")
            revision = 0
        done, saved_at = 0, asyncio.get_running_loop().time()
        while changes := await store.interviews.changed_since(revision, INTERVIEWS):
            for change in changes:
                await self._embed(change.id, change.interview)
            revision = changes[-1].revision
            done += len(changes)
            if asyncio.get_running_loop().time() - saved_at >= SAVE_EVERY:
                await self._save(store.identity, revision)
                saved_at = asyncio.get_running_loop().time()
        if done or state["identity"] != store.identity:
            await self._save(store.identity, revision)
        self._ready = True
        return done

    async def run(self, store: Source, clock: Clock, changed: asyncio.Event) -> None:
        """Sync after each `changed`, and when it failed, until cancelled; then end the process."""

        async def sync() -> float:
            await self.sync(store)
            return math.inf

        try:
            await changed.wait()
            await supervise("meaning", sync, clock, wake=changed, pause=RETRY)
        finally:
            await self.close()

    async def close(self) -> None:
        """End the process. What is not saved is embedded again after the next start."""
        self._ready = False
        await self._process.close()

    async def _embed(self, interview_id: int, stored: StoredInterview | None) -> None:
        texts = list(embedded(stored)) if stored is not None else []
        for start in range(0, max(1, len(texts)), TEXTS):
            some = texts[start : start + TEXTS]
            await self._process.ask("embed", chunks=some, first=start == 0)
        await self._process.ask("replace", interview=interview_id)

    async def _save(self, identity: str, revision: int) -> None:
        try:
            await self._process.ask("save", identity=identity, revision=revision)
        except MeaningError as error:
            if self._process.pid is None:
                raise
            # A full disk costs the vectors their file, not their use.
            logger.warning("the vectors of the search by meaning were not saved: %s", error)


def open_meaning(settings: Settings) -> MeaningSearch | None:
    """The search by meaning; ``None`` where it is off, or where the extra ``meaning`` is not
    installed, which is logged."""
    if settings.meaning == "off":
        return None
    if not is_installed():
        logger.warning("%s", UserError("meaning.not-installed"))
        return None
    return MeaningSearch(settings.data_dir / "meaning" / "vectors")


def embedded(stored: StoredInterview) -> Iterator[tuple[int, int, str]]:
    """What of an interview is embedded: turn, number within the turn, and text."""
    title = stored.interview.title
    for turn, question, text in spoken(stored.interview):
        for number, chunk in enumerate(chunks(text)):
            yield turn, number, embedded_text(title, question, chunk)


def _grouped(near: Iterator[MeantPassage]) -> list[MeantPassage]:
    """The best chunk of each turn, the best ``PER_INTERVIEW`` turns of each interview together."""
    groups: dict[int, dict[int, MeantPassage]] = {}
    for one in near:
        group = groups.setdefault(one.interview, {})
        if len(group) < PER_INTERVIEW:
            group.setdefault(one.turn, one)
    return [one for group in groups.values() for one in group.values()]


def chunk_of(texts: Sequence[str], number: int) -> str:
    """The chunk of a turn whose passages are `texts`; the first one, if it has none so numbered
    any more."""
    found = chunks("".join(texts))
    return found[number] if number < len(found) else found[0]
