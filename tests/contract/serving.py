"""The emulator on a socket of its own, in a thread of the test's process."""

import socket
import threading

from kanban_server.sync_emulator import Emulator
from kanban_server.sync_emulator.__main__ import make_server


class Serving:
    """An emulator that is served, and can be stopped and started again where it was."""

    def __init__(self, folder, allow=None, **options):
        self._folder = folder
        self._allow = allow
        self._options = options
        self._port = 0
        self.start()

    def start(self):
        """Listen, at the same address as before if there was one."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self.emulator = Emulator(self._folder, address=self.address, **self._options)
        self.server = make_server(self.emulator, "127.0.0.1", self._port, self._allow)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        self._thread.start()

    def stop(self):
        """Stop as SIGTERM would."""
        self.server.should_exit = True
        self._thread.join()
        self.emulator.close()
