"""A local Twilio Sync: REST v1 and the WebSocket side, for the official clients."""

from .credentials import Credentials, owner_address, read_credentials
from .emulator import Emulator
from .errors import EmulatorError, EmulatorInUse, FolderUnusable
from .requests import Reply

__all__ = [
    "Credentials",
    "Emulator",
    "EmulatorError",
    "EmulatorInUse",
    "FolderUnusable",
    "Reply",
    "owner_address",
    "read_credentials",
]
