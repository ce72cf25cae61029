"""A cable between browser and server that a test can cut or silence."""

import contextlib
import socket
import threading


class Wire:
    """A TCP proxy. `cut` drops what is open and refuses more; `silence` swallows every byte.

    `stall` holds back what WebSockets carry, until `flow`.
    """

    def __init__(self, port: int):
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self._epoch = 0
        self._is_silent = False
        self._flows = threading.Event()
        self.flow()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """Break all connections, and every new one until `mend`."""
        self._is_cut = True
        self._drop()

    def silence(self) -> None:
        """Let nothing through on the connections of now and those made until `mend`."""
        self._is_silent = True

    def stall(self) -> None:
        """Hold back what WebSockets carry from now on."""
        self._flows.clear()

    def flow(self) -> None:
        """Let what was held back pass."""
        self._flows.set()

    def mend(self) -> None:
        """Let new connections through; silent ones stay so, as after a change of networks."""
        self._epoch += self._is_silent
        self._is_cut = self._is_silent = False

    def close(self) -> None:
        """End it all."""
        self.flow()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()
        for thread in self._threads:
            thread.join(5)

    def _drop(self) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    near.close()
                else:
                    self._join(near)

    def _join(self, near: socket.socket) -> None:
        far = socket.create_connection(self._target)
        self._sockets += [near, far]
        if self._is_cut:  # since it was looked at
            self._drop()
        is_websocket = threading.Event()
        for source, sink in ((near, far), (far, near)):
            threading.Thread(
                target=self._carry, args=(source, sink, self._epoch, is_websocket), daemon=True
            ).start()

    def _carry(
        self, source: socket.socket, sink: socket.socket, epoch: int, is_websocket: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if b"\r\nUpgrade: websocket\r\n" in data:
                    is_websocket.set()
                if is_websocket.is_set():
                    self._flows.wait()
                if epoch == self._epoch and not self._is_silent:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
