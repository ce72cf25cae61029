"""The official JavaScript SDK, in Node or in a page: calls go to tests/contract/driver.mjs."""

import json
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SDK_BUILD = HERE.parents[1] / "web/node_modules/twilio-sync/builds/twilio-sync.min.js"


class SdkError(Exception):
    """The SDK rejected a call."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.status = error["status"]
        self.code = error["code"]


class Sdk:
    """One SDK client. Its methods are the driver's: sdk.push("tasks", {…})."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.call(name, *args)

    def call(self, name, *args):
        """Call the driver. Raises SdkError."""
        answer = self.exchange(name, args)
        if "error" in answer:
            raise SdkError(answer["error"])
        return answer["result"]

    def log_of(self, kind):
        """Give the log's entries of a type, as they are now."""
        return [entry for entry in self.log() if entry["type"] == kind]


def opened(sdk, tasks):
    """Open the List, read it and so subscribe to it; give the client."""
    assert sdk.openList(tasks.unique_name, "open_existing")["sid"] == tasks.sid
    sdk.items(tasks.unique_name, {"pageSize": 100})
    return sdk


def refusal(call):
    """Give (status, code) of what the SDK rejects the call with."""
    with pytest.raises(SdkError) as refused:
        call()
    return refused.value.status, refused.value.code


def keys(entries):
    """Give the indexes or keys of Items or of log entries."""
    return [entry["key"] for entry in entries]


class NodeSdk(Sdk):
    """The SDK in a Node process."""

    def __init__(self):
        node = shutil.which("node")
        assert node, "these tests need Node: `make test` installs it"
        self.process = subprocess.Popen(
            [node, str(HERE / "node_client.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def exchange(self, name, args):
        """Send a call as a line and read its answer."""
        self.process.stdin.write(json.dumps({"name": name, "args": args}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the Node process has ended"
        return json.loads(line)

    def end(self):
        """End the process."""
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


CATCHING = """async ([name, args]) => {
  try {
    return JSON.stringify({ result: (await window.driver[name](...args)) ?? null });
  } catch ({ status, code, message }) {
    return JSON.stringify({ error: { status: status ?? null, code: code ?? null, message } });
  }
}"""
RECORDING = """() => {
  const sockets = [];
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) { super(...args); sockets.push(this); }
  };
  window.driver = window.makeDriver(window.Twilio.Sync.Client, sockets);
}"""


class PageSdk(Sdk):
    """The SDK's browser build in a page of its own."""

    def __init__(self, browser, site):
        self.page = browser.new_page()
        self.page.goto(f"{site}/empty.html")
        self._load()

    def reload(self):
        """Load the page again, as F5 does."""
        self.page.reload()
        self._load()

    def _load(self):
        self.page.add_script_tag(path=SDK_BUILD)
        self.page.add_script_tag(path=HERE / "driver.mjs")
        self.page.evaluate(RECORDING)

    def exchange(self, name, args):
        """Call the driver in the page."""
        return json.loads(self.page.evaluate(CATCHING, [name, list(args)]))

    def end(self):
        """Close the page."""
        self.page.close()


class Files(BaseHTTPRequestHandler):
    """Answers with the files that pages need: Chromium lets only a local page dial localhost."""

    def do_GET(self):
        files = {
            "/empty.html": b"<!doctype html>",
            "/tutorial.html": (HERE / "tutorial.html").read_bytes(),
            "/twilio-sync.min.js": SDK_BUILD.read_bytes(),
        }
        body = files.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/javascript" if "js" in self.path else "text/html")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        """Keep quiet."""


@contextmanager
def serve_files():
    """Serve the files; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
