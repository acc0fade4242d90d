"""The index on disk: Tantivy, its documents, and the revision of the store that they are of.

The revision stands in a document of its own, written in the same commit as what it tells of; so a
crash at any instant leaves an index that knows how far it is, and at worst is asked to go the last
steps again.
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from tantivy import DocAddress, Document, Index, IndexWriter, Query, Schema, Searcher, SearchResult

from bot.core.errors import UserError
from bot.core.model import StoredInterview
from bot.search.fields import plain_analyzer, schema, stemmer
from bot.search.passages import Passage, Tokens, passages

FORMAT = 2
"""Raised when the fields, the folding or the cutting change: an index of another is rebuilt."""

SMALL_HEAP = 15_000_000
LARGE_HEAP = 64_000_000
"""Bytes that the writer may fill before it writes a segment; the least that Tantivy takes, and
enough for a whole archive. The writer lives only as long as a sync has something to write."""

_STATE = "state"

logger = logging.getLogger(__name__)


class Damaged(Exception):
    """What is on disk can't be read as an index."""


@dataclass(frozen=True, slots=True)
class State:
    """Which database's which revision an index is of."""

    identity: str = ""
    revision: int = 0


@dataclass
class Engine:
    """An open index. Reading is quick and in the caller's thread; writing belongs in another."""

    path: Path
    _index: Index
    _schema: Schema = field(default_factory=schema)
    damaged: bool = False

    @classmethod
    def open(cls, path: Path) -> "Engine":
        """Open the index of `path`. A missing, damaged or outdated one begins empty.

        Raises:
            UserError: the folder can't be made or written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            try:
                return cls(path, _opened(path))
            except Damaged as damage:
                logger.warning("rebuilding the search index: %s", damage)
                return cls(path, _begun(path))
        except (OSError, Damaged) as error:
            raise UserError("search.folder", path=path, problem=error) from error

    def begin_anew(self) -> None:
        """Replace an index that turned out to be damaged by an empty one.

        Raises:
            OSError, Damaged: the folder can't be written.
        """
        logger.warning("rebuilding the search index: it could not be read")
        self._index = _begun(self.path)
        self.damaged = False

    @property
    def schema(self) -> Schema:
        return self._schema

    def searcher(self) -> Searcher:
        """The index as of the last ``reload``; a snapshot that later commits don't change."""
        return self._index.searcher()

    def reload(self) -> None:
        with damage_told():
            self._index.reload()

    def state(self) -> State:
        """What the index is of, as of the last ``reload``.

        Raises:
            Damaged: there are documents, but none that tells what they are of.
        """
        return _state(self._index.searcher(), self._schema)

    def search(self, query: Query, limit: int) -> "Ranking":
        """The best `limit` passages for a query, at least one.

        Raises:
            Damaged: the files can't be read.
        """
        searcher = self.searcher()
        with damage_told():
            return _ranking(searcher, searcher.search(query, limit, count=False).hits)

    def newest(self, query: Query, limit: int, offset: int) -> "tuple[Ranking, int]":
        """Passages `offset` to `offset + limit` that fit, newest first, and how many there are.

        Raises:
            Damaged: the files can't be read.
        """
        searcher = self.searcher()
        limit = min(limit, searcher.num_docs - offset)
        with damage_told():
            if limit <= 0:
                return _ranking(searcher, []), _count(searcher.search(query, 1))
            found = searcher.search(query, limit, order_by_field="listed_at", offset=offset)
            return _ranking(searcher, [(0.0, address) for _, address in found.hits]), _count(found)

    def writer(self, *, large: bool) -> "Writer | None":
        """The one writer of this folder, or ``None`` while another process has it."""
        try:
            with damage_told():
                heap = LARGE_HEAP if large else SMALL_HEAP
                return Writer(self._index.writer(heap, num_threads=1), self._schema)
        except Damaged as error:
            if "LockBusy" in str(error):
                return None
            raise


def _count(found: SearchResult) -> int:
    # Its types leave out what it has.
    return int(found.count)  # type: ignore[attr-defined]


def _ranking(searcher: Searcher, found: Sequence[tuple[float, DocAddress]]) -> "Ranking":
    addresses = [address for _, address in found]
    return Ranking(
        searcher,
        found,
        searcher.fast_field_values("interview", addresses),
        searcher.fast_field_values("turn", addresses),
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages that were found, best first, with whose they are; each is loaded when asked for."""

    searcher: Searcher
    found: Sequence[tuple[float, DocAddress]]
    interviews: Sequence[object]
    turns: Sequence[object]

    @classmethod
    def empty(cls, searcher: Searcher) -> "Ranking":
        return cls(searcher, (), (), ())

    def grouped(self, most: int) -> list[tuple[float, DocAddress]]:
        """The best passage of each turn, the best `most` turns of each interview together."""
        groups: dict[object, dict[object, tuple[float, DocAddress]]] = {}
        for hit, interview, turn in zip(self.found, self.interviews, self.turns, strict=True):
            group = groups.setdefault(interview, {})
            if len(group) < most:
                group.setdefault(turn, hit)
        return [hit for group in groups.values() for hit in group.values()]

    def passage(self, address: DocAddress) -> Passage:
        """
        Raises:
            Damaged: the files can't be read.
        """
        with damage_told():
            return _passage(self.searcher.doc(address))


@dataclass
class Writer:
    """Changes the index, seen by nobody before ``commit``; to be closed."""

    _writer: IndexWriter
    _schema: Schema

    def forget_everything(self) -> None:
        self._writer.delete_all_documents()

    def put(self, interview_id: int, stored: StoredInterview | None) -> None:
        """Replace an interview's passages; ``None`` only takes them out."""
        with damage_told():
            self._delete("interview", interview_id)
            for passage, tokens in passages(stored) if stored is not None else ():
                self._writer.add_document(self._document(passage, tokens))

    def commit(self, state: State) -> None:
        """Make what was put since the last commit durable, together with `state`."""
        told = {"format": FORMAT, "identity": state.identity, "revision": state.revision}
        with damage_told():
            self._delete(_STATE, _STATE)
            document = {_STATE: _STATE, "passage": orjson.dumps(told)}
            self._writer.add_document(Document.from_dict(document, self._schema))
            self._writer.commit()

    def close(self) -> None:
        """Drop what was not committed and give the folder's lock back."""
        with damage_told():
            self._writer.rollback()
            self._writer.wait_merging_threads()

    def _delete(self, name: str, value: int | str) -> None:
        # delete_documents_by_term takes every number for a signed one, and so finds none of ours.
        self._writer.delete_documents_by_query(Query.term_query(self._schema, name, value))

    def _document(self, passage: Passage, tokens: Tokens) -> Document:
        published_at = passage.published_at.isoformat() if passage.published_at else None
        shown = [passage.title, passage.names, published_at, passage.question, passage.text]
        shown += [passage.facts] if passage.facts else []
        values = {
            "title": tokens.title,
            "head": tokens.head,
            "question": tokens.question,
            "answer": tokens.answer,
            "words": tokens.words,
            "names": tokens.names,
            "facts": list(tokens.facts),
            "listed_at": tokens.listed_at,
            "interview": passage.interview_id,
            "turn": passage.turn_number,
            "passage": orjson.dumps([passage.interview_id, passage.turn_number, *shown]),
        }
        return Document.from_dict(values, self._schema)


def _passage(document: Document) -> Passage:
    told = orjson.loads(document["passage"][0])
    interview_id, turn_number, title, names, published_at, question, text, *facts = told
    return Passage(
        interview_id,
        turn_number,
        title,
        tuple(names),
        datetime.fromisoformat(published_at) if published_at else None,
        question,
        text,
        tuple(*facts),
    )


def _opened(path: Path) -> Index:
    with damage_told():
        index = Index(schema(), path=str(path))
        index.register_tokenizer("stemmed", stemmer())
        index.register_tokenizer("plain", plain_analyzer())
        # Another process's commits are taken in at the next sync, without a watching thread.
        index.config_reader("manual")
        index.reload()
        _state(index.searcher(), schema())
        return index


def _begun(path: Path) -> Index:
    _empty(path)
    return _opened(path)


def _state(searcher: Searcher, fields: Schema) -> State:
    with damage_told():
        if searcher.num_docs == 0:
            return State()
        found = searcher.search(Query.term_query(fields, _STATE, _STATE), 1).hits
        if not found:
            raise Damaged("it does not tell its state")
        told = orjson.loads(searcher.doc(found[0][1])["passage"][0])
    if told["format"] != FORMAT:
        raise Damaged(f"it is of format {told['format']}")
    return State(told["identity"], told["revision"])


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextmanager
def damage_told() -> Iterator[None]:
    """Turn the engine's complaints into ``Damaged``: its errors, and its panics.

    A panic of Rust code arrives as an exception that no ``except Exception`` catches.
    """
    try:
        yield
    except ValueError as error:
        raise Damaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(f"the engine gave up: {error}") from error
