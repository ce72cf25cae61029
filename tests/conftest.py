"""What all tests share: no variable of the machine reaches a test."""

import os

import pytest

FOREIGN = ("TWILIO_", "KANBAN_")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> None:
    """Remove every setting; a `.env` beside the project is out of reach as well."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.getbasetemp())
