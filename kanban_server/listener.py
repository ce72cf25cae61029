"""Where the server listens: the socket, and its address as a URL."""

import errno
import socket

from .settings import Settings, SettingsError


def listener_for(settings: Settings) -> socket.socket:
    """Take the host and port of the settings. Raises SettingsError if they cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (OSError, TypeError) as error:  # of bind, for a name no host can have
        listener.close()
        raise SettingsError(_problem(settings.host, settings.port, error)) from error
    return listener


def listen(listener: socket.socket) -> None:
    """Let callers wait in line. Raises SettingsError if another that took the port does so."""
    host, port = listener.getsockname()[:2]
    try:
        listener.listen(2048)
    except OSError as error:
        raise SettingsError(_problem(host, port, error)) from error


def url_of(host: str, port: int) -> str:
    """Give the address of a server there."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _problem(host: str, port: int, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or error
    if getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES):
        return (
            f"Port {port} on {host} cannot be used: {reason}. Stop what runs "
            "there, or set KANBAN_PORT to another."
        )
    return f"KANBAN_HOST={host} is no address of this machine: {reason}."
