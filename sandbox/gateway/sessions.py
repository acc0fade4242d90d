"""All gateway sessions: identify pacing, resuming, and the settings and faults they share."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from sandbox.changes import Changes
from sandbox.entities import Event
from sandbox.gateway.session import Session
from sandbox.observe import GatewayPayload, Observer
from sandbox.world import World

#: A shard that would hold more guilds than this is closed with 4011.
#: https://docs.discord.com/developers/events/gateway#sharding
MAX_GUILDS_PER_SHARD = 2500


@dataclass(slots=True)
class GatewaySettings:
    """How the gateway behaves; all times in seconds.

    Attributes:
        identify_interval: each of the `max_concurrency` buckets lets one identify through per
            this time; others are answered with op 9 (Discord: 5 s; 0 lets all through).
        session_starts: how many identifies are allowed in all (Discord: 1000 a day).
        resume_window: how long a session without a connection can be resumed.
        replay: how many dispatches are kept for a resume.
        privileged: bits of the privileged intents granted to the application.
        shards: the number that ``GET /gateway/bot`` recommends; None computes it.
    """

    heartbeat_interval: float = 41.25
    identify_interval: float = 5.0
    max_concurrency: int = 1
    session_starts: int = 1000
    resume_window: float = 180.0
    replay: int = 2000
    privileged: int = 0
    shards: int | None = None


@dataclass(slots=True)
class GatewayFaults:
    """Faults in force; tests change the attributes at any time.

    Attributes:
        refuse: how many further connections are refused (None: all), with the HTTP status
            `refuse_status`, or by cutting the TCP connection where that is 0.
        ack_heartbeats: False leaves heartbeats unanswered.
        ready_delay: seconds between an identify and its READY.
    """

    refuse: int | None = 0
    refuse_status: int = 503
    ack_heartbeats: bool = True
    ready_delay: float = 0.0


@dataclass(slots=True)
class GatewayCounts:
    """What clients did at the gateway since the start."""

    connections: int = 0
    identifies: int = 0
    resumes: int = 0
    heartbeats: int = 0


class Sessions:
    """The sessions of all shards, by session id.

    `observer` receives every payload in and out.
    """

    def __init__(
        self,
        world: World,
        settings: GatewaySettings,
        *,
        changes: Changes,
        observer: Observer | None = None,
    ) -> None:
        self.world = world
        self.settings = settings
        self.faults = GatewayFaults()
        self.counts = GatewayCounts()
        self.changes = changes
        self.observer = observer
        self.sessions: dict[str, Session] = {}
        self.url = ""
        self._identified: dict[int, float] = {}

    def dispatch(self, event: Event) -> None:
        """Send an event of the world to every session that subscribed to it."""
        if event.gateway:
            self._remove_expired()
            for session in self.sessions.values():
                session.send_event(event)

    def may_identify(self, shard_id: int) -> bool:
        """Whether pacing and the number of session starts allow an identify now."""
        if self.counts.identifies >= self.settings.session_starts:
            return False
        bucket = shard_id % self.settings.max_concurrency
        last = self._identified.get(bucket)
        now = self.world.clock()
        # Clients measure the interval with their own clock, so slightly less is accepted here.
        if last is not None and now - last < self.settings.identify_interval * 0.95:
            return False
        self._identified[bucket] = now
        return True

    def has_too_many_guilds(self, shard_count: int) -> bool:
        return len(self.world.guilds) > MAX_GUILDS_PER_SHARD * shard_count

    def open_session(self, shard: tuple[int, int], intents: int, large_threshold: int) -> Session:
        """Create a session; it has no connection yet."""
        session = Session(
            id=f"{self.world.rng.getrandbits(128):032x}",
            world=self.world,
            shard=shard,
            intents=intents,
            large_threshold=large_threshold,
            replay=deque(maxlen=self.settings.replay),
            observe=self.observe,
        )
        self.sessions[session.id] = session
        self.counts.identifies += 1
        return session

    def find_session(self, session_id: object) -> Session | None:
        """The session of that id, if it can still be resumed."""
        self._remove_expired()
        return self.sessions.get(session_id) if isinstance(session_id, str) else None

    def end_session(self, session: Session) -> None:
        """Make the session impossible to resume."""
        self.sessions.pop(session.id, None)

    def _remove_expired(self) -> None:
        deadline = self.world.clock() - self.settings.resume_window
        for session in list(self.sessions.values()):
            if session.disconnected_at is not None and session.disconnected_at < deadline:
                self.end_session(session)

    def observe(self, direction: Any, op: int, name: str, data: Any) -> None:
        """Pass a payload to the observer; `name` is the event of a dispatch."""
        if self.observer is not None:
            self.observer(GatewayPayload(direction, op, name, data))
