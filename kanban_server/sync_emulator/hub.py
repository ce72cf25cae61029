"""Subscriptions and fan-out: a change is encoded once and the same bytes go to all.

Everything but publish runs on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from . import packets
from .changes import AccessLost, AclTurnedOn, Event, ObjectRemoved
from .errors import Refusal
from .transactions import Job

Ending = ObjectRemoved | AccessLost | AclTurnedOn
MAX_SUBSCRIPTIONS = 2000  # of one connection. Source: Twilio, error 54419
LIVE = "com.twilio.rtd.cds."
_log = logging.getLogger(__name__)


class Subscriber(Protocol):
    """A connection that packets can be sent to."""

    identity: str

    def send(self, packet: bytes) -> None:
        """Send a packet, or keep it until the socket takes it."""


class Subscription:
    """One connection's interest in one object.

    after: the id of the newest event it has been sent. waiting: live events that came
    while the replay is being read; None once it is live. ended_by: the change that ended it,
    None if its own client did.
    """

    __slots__ = ("after", "ended_by", "is_over", "object_sid", "subscriber", "waiting")

    def __init__(self, subscriber: Subscriber, object_sid: str) -> None:
        self.subscriber = subscriber
        self.object_sid = object_sid
        self.after = 0
        self.waiting: list[Event] | None = []
        self.is_over = False
        self.ended_by: Ending | None = None

    def go_live(self, after: int) -> None:
        """Say that all events up to an id have been sent: what came meanwhile follows."""
        waiting, self.waiting, self.after = self.waiting or [], None, after
        for event in waiting:
            if event.id > self.after:
                self.subscriber.send(_packet([event]))
                self.after = event.id


class Hub:
    """Who listens to what."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._objects: dict[str, dict[Subscriber, Subscription]] = {}
        self._interests: dict[Subscriber, set[str]] = {}

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop the connections live."""
        self._loop = loop

    def publish(self, jobs: list[Job]) -> None:
        """Hand committed jobs to the loop. Called on the writer thread."""
        loop = self._loop
        if loop is None or not any(job.done or job.changes for job in jobs):
            return
        with suppress(RuntimeError):  # the loop was closed: nobody listens any more
            loop.call_soon_threadsafe(self.deliver, jobs)

    def deliver(self, jobs: list[Job]) -> None:
        """Send replies to their writers, then the events to all.

        A writer needs its reply before its own event. Source: SYNC_PROTOCOL.md, 5.3.
        """
        for job in jobs:
            _answer(job)
        for kind, changes in groupby((c for job in jobs for c in job.changes), type):
            if kind is Event:
                self._send_events(changes)
            else:
                for change in changes:
                    self._end_subscriptions(change)

    def subscribe(self, subscriber: Subscriber, object_sid: str) -> Subscription:
        """Begin to keep the object's events for the subscriber, until it goes live.

        Raises Refusal 54419; that its status is 429 is assumed.
        """
        self.cancel(subscriber, object_sid)
        interests = self._interests.setdefault(subscriber, set())
        if len(interests) >= MAX_SUBSCRIPTIONS:
            raise Refusal(429, 54419, "Too many subscriptions on this connection")
        interests.add(object_sid)
        subscription = Subscription(subscriber, object_sid)
        self._objects.setdefault(object_sid, {})[subscriber] = subscription
        return subscription

    def cancel(
        self, subscriber: Subscriber, object_sid: str, ended_by: Ending | None = None
    ) -> None:
        """End a subscription, if there is one."""
        subscriptions = self._objects.get(object_sid, {})
        subscription = subscriptions.pop(subscriber, None)
        if subscription is not None:
            subscription.is_over, subscription.ended_by = True, ended_by
            self._interests[subscriber].remove(object_sid)
        if not subscriptions:
            self._objects.pop(object_sid, None)

    def leave(self, subscriber: Subscriber) -> None:
        """End all subscriptions of a connection that is gone."""
        for object_sid in list(self._interests.get(subscriber, ())):
            self.cancel(subscriber, object_sid)
        self._interests.pop(subscriber, None)

    def _send_events(self, changes: Iterable[Event]) -> None:
        for (object_sid, _), run in groupby(changes, lambda event: (event.object_sid, event.type)):
            for events in packets.portions(run, attrgetter("body")):
                self._fan_out(object_sid, events)

    def _fan_out(self, object_sid: str, events: list[Event]) -> None:
        subscriptions = self._objects.get(object_sid)
        if not subscriptions:
            return
        packet, first, last = _packet(events), events[0].id, events[-1].id
        for subscription in list(subscriptions.values()):
            if subscription.waiting is not None:
                subscription.waiting.extend(events)
            elif subscription.after < first:
                self._send(subscription, packet, last)
            elif subscription.after < last:
                new = [event for event in events if event.id > subscription.after]
                self._send(subscription, _packet(new), last)

    def _send(self, subscription: Subscription, packet: bytes, last: int) -> None:
        """Send to one; whatever is wrong with it, the others get theirs."""
        subscription.after = last
        try:
            subscription.subscriber.send(packet)
        except Exception:
            _log.exception("a subscriber could not be sent to")
            self.cancel(subscription.subscriber, subscription.object_sid)

    def _end_subscriptions(self, change: Ending) -> None:
        for object_sid, subscriptions in list(self._objects.items()):
            for subscriber in list(subscriptions):
                if _ends(change, object_sid, subscriber.identity):
                    self.cancel(subscriber, object_sid, change)


def _answer(job: Job) -> None:
    try:
        if job.done:
            job.done(job)
    except Exception:
        _log.exception("an answer could not be given")


def _ends(change: Ending, sid: str, identity: str) -> bool:
    if isinstance(change, AclTurnedOn):
        return (sid, identity) not in change.readers
    if change.object_sid != sid:
        return False
    return isinstance(change, ObjectRemoved) or change.identity == identity


def _packet(events: list[Event]) -> bytes:
    bodies = [event.body for event in events]
    return packets.events(LIVE + events[0].kind, events[0].type, bodies)
