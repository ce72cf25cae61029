"""Fan-out: one encoding for all, each event once, in order."""

import pytest

from kanban_server.sync_emulator import packets
from kanban_server.sync_emulator.changes import Event
from kanban_server.sync_emulator.hub import Hub
from kanban_server.sync_emulator.transactions import Job


class Client:
    """Keeps what it is sent; breaks if it is told to."""

    def __init__(self, is_broken=False):
        self.identity = "alice"
        self.is_broken = is_broken
        self.sent = []

    def send(self, packet):
        if self.is_broken:
            raise OSError("broken")
        self.sent.append(packet)

    def events(self):
        return [packets.decode(packet).payload.count(b'"n":') for packet in self.sent]


@pytest.fixture
def hub():
    return Hub()


def join(hub, client, after=0):
    hub.subscribe(client, "ES0").go_live(after)
    return client


def job(*numbers, kind="list_item_added", done=None):
    job = Job(None, done)
    job.changes = [Event("ES0", "list", kind, n, f'{{"n":{n}}}') for n in numbers]
    return job


def test_the_same_bytes_go_to_all(hub):
    clients = [join(hub, Client()) for _ in range(3)]
    hub.deliver([job(1)])
    assert len({id(client.sent[0]) for client in clients}) == 1


def test_events_of_one_kind_that_wait_together_share_a_packet(hub):
    client = join(hub, Client())
    hub.deliver([job(1), job(2), job(3, kind="list_item_removed"), job(4)])
    assert client.events() == [2, 1, 1]


def test_a_client_gets_only_what_it_has_not_had(hub):
    client = join(hub, Client(), after=2)
    hub.deliver([job(1, 2)])
    hub.deliver([job(2, 3)])
    assert client.events() == [1]
    hub.deliver([job(3)])
    assert client.events() == [1]
    assert b'"n":3' in client.sent[0]


def test_a_broken_client_does_not_keep_the_others_from_theirs(hub, caplog):
    broken, client = join(hub, Client(is_broken=True)), join(hub, Client())
    hub.deliver([job(1)])
    hub.deliver([job(2)])
    assert client.events() == [1, 1]
    assert caplog.text.count("could not be sent to") == 1
    assert broken.sent == []


def test_answers_go_out_before_the_events_of_their_batch(hub):
    client = join(hub, Client())
    hub.deliver([job(1), job(2, done=lambda job: client.sent.append(b"answer"))])
    assert client.sent[0] == b"answer"


def test_an_answer_that_fails_does_not_stop_the_events(hub, caplog):
    client = join(hub, Client())
    hub.deliver([job(1, done=lambda job: 1 / 0)])
    assert client.events() == [1]
    assert "an answer could not be given" in caplog.text


def test_nobody_gets_anything_after_leaving(hub):
    client = join(hub, Client())
    hub.leave(client)
    hub.deliver([job(1)])
    assert client.sent == []
