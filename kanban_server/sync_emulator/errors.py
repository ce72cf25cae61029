"""What can go wrong: refusals as Twilio words them, and reasons not to start."""

from __future__ import annotations

MORE_INFO = "https://www.twilio.com/docs/errors/"


class Refusal(Exception):
    """Sync says no: HTTP status, Twilio's error code, message.

    Source: Twilio error dictionary; statuses as in SYNC_PROTOCOL.md, sections 4 and 8.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def as_json(self) -> dict[str, object]:
        """Give the body Twilio's REST API answers with."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }


class StorageFailed(Refusal):
    """The disk (full, or an I/O error) or the file (damaged) failed: nothing was stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(507, 20500, f"Storage failed: {reason}")


class NotImitated(Refusal):
    """This part of Sync is not in the emulator."""

    def __init__(self, what: str) -> None:
        super().__init__(501, 20501, f"not imitated: {what}")


class EmulatorError(Exception):
    """The emulator cannot start; the message says why and names the folder."""


class FolderUnusable(EmulatorError):
    """The data folder cannot be made, read or written."""


class EmulatorInUse(EmulatorError):
    """Another emulator owns the data folder.

    address: where it listens, empty if nowhere, as in a command; pid: its process.
    """

    def __init__(self, folder: str, address: str, pid: int | None) -> None:
        owner = f"the emulator at {address}" if address else "another `make …` that still runs"
        super().__init__(f"{folder} is in use by {owner} (process {pid})")
        self.address = address
        self.pid = pid


def forbidden() -> Refusal:
    """Give the refusal for an identity without the permission it needs."""
    return Refusal(403, 54007, "Access forbidden for identity")
