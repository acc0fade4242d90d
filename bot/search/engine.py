"""The index on disk: Tantivy, its documents, and the revision of the store that they are of.

The revision is stored in a document of its own, in the same commit as the documents that it covers.
After a crash at any moment the index therefore knows its revision, and at worst repeats the last
steps.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from tantivy import DocAddress, Document, Index, IndexWriter, Query, Schema, Searcher, SearchResult

from bot.core.errors import UserError
from bot.core.folders import make_private_folder
from bot.core.model import StoredInterview
from bot.search.fields import plain_analyzer, schema, stemmer
from bot.search.passages import Passage, documents

FORMAT = 4
"""To be raised when fields, folding or cutting change: an index of another format is rebuilt."""

SMALL_HEAP = 15_000_000
LARGE_HEAP = 64_000_000
"""Bytes that the writer may fill before it writes a segment: the least that Tantivy accepts, and
enough for a whole archive. The writer exists only while a sync has something to write."""

_STATE = "state"

_MARK = ".kcrush-bot"
"""An empty file that says whose the folder is. Nothing is deleted in a folder without it."""

_ENGINE_FILE = re.compile(r"meta\.json|\.managed\.json|\.tantivy-[a-z]+\.lock|[0-9a-f]{32}\..+")
"""The names that Tantivy gives its files."""

logger = logging.getLogger(__name__)


class Damaged(Exception):
    """The files can't be read as an index."""


@dataclass(frozen=True, slots=True)
class State:
    """The database and its revision that an index is of."""

    identity: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages that were found, best first, with their interviews' ids and turns' numbers."""

    searcher: Searcher
    found: Sequence[tuple[float, DocAddress]]
    interviews: Sequence[object]
    turns: Sequence[object]

    @classmethod
    def of(cls, searcher: Searcher, found: Sequence[tuple[float, DocAddress]]) -> "Ranking":
        addresses = [address for _, address in found]
        interviews = searcher.fast_field_values("interview", addresses)
        return cls(searcher, found, interviews, searcher.fast_field_values("turn", addresses))

    def grouped(self, most: int) -> list[tuple[float, DocAddress]]:
        """The best passage of each turn, the best `most` turns of each interview together."""
        groups: dict[object, dict[object, tuple[float, DocAddress]]] = {}
        for hit, interview, turn in zip(self.found, self.interviews, self.turns, strict=True):
            group = groups.get(interview)
            if group is None:
                groups[interview] = {turn: hit}
            elif len(group) < most and turn not in group:
                group[turn] = hit
        return [hit for group in groups.values() for hit in group.values()]

    def passage(self, address: DocAddress) -> Passage:
        """
        Raises:
            Damaged: the files can't be read.
        """
        with raising_damaged():
            return Passage.loads(self.searcher.doc(address)["passage"][0])


@dataclass
class Engine:
    """An open index. Reading is quick and done in the caller's thread, writing in another.

    All methods raise ``Damaged`` if the files can't be read. An index that is not `usable` is an
    empty one in memory, in the place of a folder that could not be opened.
    """

    path: Path
    _index: Index
    schema: Schema = field(default_factory=schema)
    damaged: bool = False
    usable: bool = True

    @classmethod
    def open(cls, path: Path) -> "Engine":
        """Open the index of `path`. A missing, damaged or outdated one begins empty.

        Raises:
            UserError: the folder can't be created or written, or holds files of others.
        """
        return cls(path, _opened_or_emptied(path))

    @classmethod
    def unusable(cls, path: Path) -> "Engine":
        """The index of a folder that can't be opened now; ``refresh`` tries again."""
        return cls(path, Index(schema()), usable=False)

    def refresh(self) -> None:
        """Read what was committed since; open the folder again if it is damaged, gone or could not
        be opened before.

        Raises:
            UserError: as ``open``.
        """
        if self.usable and not self.damaged and (self.path / _MARK).exists():
            try:
                self.reload()
            except Damaged:
                self.damaged = True
            else:
                return
        if self.usable:
            logger.warning("rebuilding the search index: it could not be read")
        self._index = _opened_or_emptied(self.path, empty=self.damaged)
        self.damaged, self.usable = False, True

    def searcher(self) -> Searcher:
        """The index as of the last ``reload``; a snapshot that later commits don't change."""
        return self._index.searcher()

    def reload(self) -> None:
        with raising_damaged():
            self._index.reload()

    def state(self) -> State:
        """What the index is of, as of the last ``reload``."""
        return _state(self._index.searcher(), self.schema)

    def search(self, query: Query, limit: int) -> Ranking:
        """The best `limit` passages that match a query; `limit` is at least 1."""
        searcher = self.searcher()
        with raising_damaged():
            return Ranking.of(searcher, searcher.search(query, limit, count=False).hits)

    def interviews(self, query: Query) -> list[int]:
        """The ids of the interviews of all passages that match a query."""
        ranking = self.search(query, max(1, self.searcher().num_docs))
        return list({int(str(one)) for one in ranking.interviews})

    def newest(self, query: Query, limit: int, offset: int) -> tuple[Ranking, int]:
        """The passages `offset` to `offset + limit` that match, newest first, and the number of
        all that match."""
        searcher = self.searcher()
        limit = min(limit, searcher.num_docs - offset)
        with raising_damaged():
            if limit <= 0:
                return Ranking.of(searcher, []), _count(searcher.search(query, 1))
            found = searcher.search(query, limit, order_by_field="listed_at", offset=offset)
            return Ranking.of(searcher, [(0.0, address) for _, address in found.hits]), _count(
                found
            )

    def writer(self, *, large: bool) -> "Writer | None":
        """The one writer of this folder; ``None`` while another process has it."""
        try:
            with raising_damaged():
                heap = LARGE_HEAP if large else SMALL_HEAP
                return Writer(self._index.writer(heap, num_threads=1), self.schema)
        except Damaged as error:
            if "LockBusy" in str(error):
                return None
            raise


def inspect_index(path: Path) -> State | None:
    """What the index in a folder is of; ``None`` where none is there, or none that is still of use.
    Nothing is changed.

    Raises:
        UserError: the folder can't be read, or holds files of others.
    """
    try:
        if not path.exists():
            return None
        if not _is_ours(path):
            raise UserError("search.foreign-folder", path=path)
        if not (path / "meta.json").exists():
            return None
        return _state(_opened(path).searcher(), schema())
    except Damaged:
        return None
    except OSError as error:
        problem = error.strerror or str(error)
        raise UserError("search.folder", path=path, problem=problem) from error


@dataclass
class Writer:
    """Changes the index, invisibly until ``commit``; must be closed."""

    _writer: IndexWriter
    _schema: Schema

    def delete_everything(self) -> None:
        self._writer.delete_all_documents()

    def put(self, interview_id: int, stored: StoredInterview | None) -> None:
        """Replace an interview's passages; ``None`` only deletes them."""
        with raising_damaged():
            self._delete("interview", interview_id)
            for document in documents(stored) if stored is not None else ():
                self._writer.add_document(Document.from_dict(document, self._schema))

    def commit(self, state: State) -> None:
        """Make what was put since the last commit durable, together with `state`."""
        stored = {"format": FORMAT, "identity": state.identity, "revision": state.revision}
        with raising_damaged():
            self._delete(_STATE, _STATE)
            document = {_STATE: _STATE, "passage": orjson.dumps(stored)}
            self._writer.add_document(Document.from_dict(document, self._schema))
            self._writer.commit()

    def close(self) -> None:
        """Discard what was not committed and release the folder's lock."""
        with raising_damaged():
            self._writer.rollback()
            self._writer.wait_merging_threads()

    def _delete(self, name: str, value: int | str) -> None:
        # delete_documents_by_term takes every number for a signed one, and so finds none of ours.
        self._writer.delete_documents_by_query(Query.term_query(self._schema, name, value))


def _count(found: SearchResult) -> int:
    # Tantivy's type stubs lack this attribute.
    return int(found.count)  # type: ignore[attr-defined]


def _opened_or_emptied(path: Path, *, empty: bool = False) -> Index:
    try:
        make_private_folder(path)
        if not _is_ours(path):
            raise UserError("search.foreign-folder", path=path)
        (path / _MARK).touch()
        try:
            return _emptied(path) if empty else _opened(path)
        except Damaged as damage:
            logger.warning("rebuilding the search index: %s", damage)
            return _emptied(path)
    except (OSError, Damaged) as error:
        problem = getattr(error, "strerror", None) or error
        raise UserError("search.folder", path=path, problem=problem) from error


def _is_ours(path: Path) -> bool:
    """Whether the folder bears our mark, is empty, or has an index with our fields, as it was made
    before there was a mark."""
    if (path / _MARK).exists() or not any(path.iterdir()):
        return True
    try:
        meta = orjson.loads((path / "meta.json").read_bytes())
        names = {each["name"] for each in meta["schema"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return {_STATE, "passage", "listed_at"} <= names


def _opened(path: Path) -> Index:
    with raising_damaged():
        index = Index(schema(), path=str(path))
        index.register_tokenizer("stemmed", stemmer())
        index.register_tokenizer("plain", plain_analyzer())
        # Another process's commits are read at the next sync, without a watching thread.
        index.config_reader("manual")
        index.reload()
        _state(index.searcher(), schema())
        return index


def _emptied(path: Path) -> Index:
    for entry in path.iterdir():
        if _ENGINE_FILE.fullmatch(entry.name) and (entry.is_symlink() or not entry.is_dir()):
            entry.unlink()
    return _opened(path)


def _state(searcher: Searcher, fields: Schema) -> State:
    with raising_damaged():
        if searcher.num_docs == 0:
            return State()
        found = searcher.search(Query.term_query(fields, _STATE, _STATE), 1).hits
        if not found:
            raise Damaged("it has no document with its state")
        stored = orjson.loads(searcher.doc(found[0][1])["passage"][0])
    if stored["format"] != FORMAT:
        raise Damaged(f"it is of format {stored['format']}")
    return State(stored["identity"], stored["revision"])


@contextmanager
def raising_damaged() -> Iterator[None]:
    """Turn the engine's errors and panics into ``Damaged``.

    A panic of Rust code arrives as an exception that is not an ``Exception``.
    """
    try:
        yield
    except ValueError as error:
        raise Damaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Damaged(f"the engine gave up: {error}") from error
