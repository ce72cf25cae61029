"""One client on the event loop: joins its session, the database and the hub."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from . import cds, packets, subscriptions
from .errors import Refusal
from .hub import Hub, Subscription
from .requests import Reply
from .session import Ask, Hangup, Output, Session
from .subscriptions import Replay, Wanted, Wish

if TYPE_CHECKING:
    from .emulator import Emulator

MAX_UNDER_WAY = 50  # requests of one client: others have their turn after so many
_GONE = Refusal(503, 20503, "The client has gone")
_BROKEN = Refusal(500, 20500, "Internal Server Error")
_log = logging.getLogger(__name__)


class Connection:
    """A client that packets go to and come from.

    write: takes a packet to the socket; hang_up: closes the socket; hold: says whether the socket
    is to leave unread what comes, because enough is under way.
    """

    def __init__(
        self,
        emulator: Emulator,
        hub: Hub,
        executor: Executor,
        write: Callable[[bytes], None],
        hang_up: Callable[[], None],
        hold: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._emulator = emulator
        self._hub = hub
        self._executor = executor
        self.send = write
        self._hang_up = hang_up
        self._hold = hold
        self._inbox: deque[bytes] = deque()
        self._under_way = 0
        self._loop = asyncio.get_running_loop()
        hub.attach(self._loop)
        self._session = Session(emulator.verify_token, emulator.clock())
        self._timer: asyncio.TimerHandle | None = None
        self._timer_deadline: float | None = None
        self.identity = ""
        self._is_lost = False
        self._schedule()

    def receive(self, data: bytes) -> None:
        """Take in what came from the socket."""
        if not packets.is_ack(data):
            self._inbox.append(data)
            self._work_off()

    def lose(self) -> None:
        """Say that the socket is gone."""
        self._is_lost = True
        self._inbox.clear()
        self._hub.leave(self)
        if self._timer is not None:
            self._timer.cancel()

    def _work_off(self) -> None:
        while self._inbox and self._under_way < MAX_UNDER_WAY:
            self._perform(self._session.receive(self._inbox.popleft(), self._emulator.clock()))
        self._hold(bool(self._inbox))

    def _perform(self, outputs: list[Output]) -> None:
        self.identity = self._session.identity
        if self._session.is_closing:
            self._hub.leave(self)
        for output in outputs:
            if isinstance(output, bytes):
                self.send(output)
            elif isinstance(output, Hangup):
                self._hang_up()
                self.lose()
            else:
                self._ask(output)
        self._schedule()

    def _schedule(self) -> None:
        """Keep one timer, at the session's deadline."""
        deadline = self._session.deadline
        if self._is_lost or self._timer_deadline == deadline:
            return
        if self._timer is not None:
            self._timer.cancel()
        delay = max(0.0, deadline - self._emulator.clock())
        self._timer = self._loop.call_later(delay, self._tick)
        self._timer_deadline = deadline

    def _tick(self) -> None:
        self._timer_deadline = None
        self._perform(self._session.tick(self._emulator.clock()))

    def _ask(self, ask: Ask) -> None:
        try:
            if ask.path.endswith(subscriptions.PATH) and ask.method == "POST":
                self._subscribe(ask)
            else:
                self._call(ask)
        except Refusal as refusal:
            self._answer(ask, self._emulator.refuse(refusal))

    def _call(self, ask: Ask) -> None:
        access = self._session.access
        assert access is not None
        database = self._emulator.database
        account = self._emulator.account_sid
        call = cds.route(account, access.service_sid, access.identity, ask)
        if call.writes:
            database.post(
                lambda tx: self._if_here(lambda: call.work(tx)),
                lambda job: self._finish(self._answer_job, ask, job.outcome),
            )
            self._under_way += 1
        else:
            self._in_executor(
                lambda: database.read(call.work), lambda result: self._answer_job(ask, result)
            )

    def _in_executor(
        self, work: Callable[[], Any], then: Callable[[Callable[[], Any]], None]
    ) -> None:
        """Read off the loop; then gets what gives the result or raises."""
        self._under_way += 1
        self._loop.run_in_executor(self._executor, self._if_here, work).add_done_callback(
            lambda done: None if done.cancelled() else self._finish(then, done.result)
        )

    def _if_here(self, work: Callable[[], Any]) -> Any:
        """Do it unless the client has gone. Raises Refusal."""
        if self._is_lost:
            raise _GONE
        return work()

    def _finish(self, then: Callable[..., None], *arguments: Any) -> None:
        """Tell the outcome, and take what waits."""
        self._under_way -= 1
        try:
            then(*arguments)
        finally:
            self._work_off()

    def _answer_job(self, ask: Ask, outcome: Callable[[], Reply]) -> None:
        try:
            self._answer(ask, outcome())
        except Refusal as refusal:
            self._answer(ask, self._emulator.refuse(refusal))
        except Exception:
            self._answer(ask, self._emulator.refuse(_BROKEN))
            raise

    def _answer(self, ask: Ask, reply: Reply) -> None:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        text = HTTPStatus(reply.status).phrase
        self.send(packets.answer(ask.id, reply.status, text, headers, reply.body))

    def _subscribe(self, ask: Ask) -> None:
        wish = subscriptions.read_wish(ask)
        self._answer(ask, subscriptions.accepted())
        if wish.action == "cancel":
            for wanted in wish.wanted:
                self._hub.cancel(self, wanted.object_sid)
                self.send(subscriptions.canceled(wanted, wish.correlation_id))
            return
        waiting = self._begin_to_wait(wish)
        self._in_executor(
            lambda: self._read_replays([wanted for wanted, _ in waiting]),
            lambda result: self._establish(wish.correlation_id, waiting, result),
        )

    def _begin_to_wait(self, wish: Wish) -> list[tuple[Wanted, Subscription]]:
        waiting = []
        for wanted in wish.wanted:
            try:
                waiting.append((wanted, self._hub.subscribe(self, wanted.object_sid)))
            except Refusal as refusal:
                self.send(subscriptions.failed(wanted, refusal, wish.correlation_id))
        return waiting

    def _read_replays(self, all_wanted: list[Wanted]) -> list[Replay | Refusal]:
        access = self._session.access
        assert access is not None
        service, identity = access.service_sid, access.identity
        room = subscriptions.MAX_REPLAYED_BYTES

        def read(wanted: Wanted) -> Replay | Refusal:
            nonlocal room
            replay = self._emulator.database.read(
                lambda tx: subscriptions.read_replay(tx, service, identity, wanted, room)
            )
            room = replay.room if isinstance(replay, Replay) else room
            return replay

        return [read(wanted) for wanted in all_wanted]

    def _establish(
        self,
        correlation: int,
        waiting: list[tuple[Wanted, Subscription]],
        outcome: Callable[[], list[Replay | Refusal]],
    ) -> None:
        try:
            replays = outcome()
        except Refusal as refusal:
            replays = [refusal] * len(waiting)
        except Exception:
            _log.exception("the replays of a subscription request could not be read")
            replays = [_BROKEN] * len(waiting)
        for (wanted, subscription), replay in zip(waiting, replays, strict=True):
            self._begin(correlation, wanted, subscription, replay)

    def _begin(
        self, correlation: int, wanted: Wanted, subscription: Subscription, replay: Replay | Refusal
    ) -> None:
        if subscription.is_over:
            if subscription.ended_by is not None:
                refusal = subscriptions.lost(wanted, subscription.ended_by)
                self.send(subscriptions.failed(wanted, refusal, correlation))
            return
        if isinstance(replay, Refusal):
            self._hub.cancel(self, wanted.object_sid)
            self.send(subscriptions.failed(wanted, replay, correlation))
            return
        for packet in subscriptions.replay_packets(wanted, replay, correlation):
            self.send(packet)
        if replay.is_whole:
            subscription.go_live(replay.last_event_id)
        else:
            self._hub.cancel(self, wanted.object_sid)
