"""What an answer of Sync means; the rest of it is in test_transport.py."""

import pytest

from kanban_server import errors
from kanban_server.answers import Answer, good_body


@pytest.mark.parametrize("digits", [6, 400, 5000])
def test_a_wait_without_end_is_a_day(digits):
    with pytest.raises(errors.SyncBusy) as caught:
        good_body("GET", Answer(429, {"Retry-After": "9" * digits}, "{}"))
    assert caught.value.retry_after == 24 * 3600
