"""What people and scripts do with a board, in their own words."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from kanban_server.sync_emulator import read_credentials

COLUMNS = ("todo", "doing", "done")
EXPECTED_FAILURES = ("Failed to load resource", "WebSocket connection to", "[DOM]")


class Board:
    """The board's API, and the way to open its page."""

    def __init__(self, url: str, data: Path | None = None):
        self.url = url
        self.data = data

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API as a script; raises HTTPError on a refusal."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, method=method)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def is_ready(self) -> bool:
        try:
            self.call("GET", "/readyz")
        except urllib.error.HTTPError as error:
            return error.code in (401, 403)
        except OSError:
            return False
        return True

    def add(self, name: str, column: str = "todo", **place: Any) -> int:
        return self.call("POST", "/tasks", {"name": name, "list": column, **place})["id"]

    def fill(self, **columns: str) -> dict[str, int]:
        """Add tasks, as `fill(todo="a b", doing="c")`; gives their ids by name."""
        return {
            name: self.add(name, column) for column in columns for name in columns[column].split()
        }

    def change(self, task: int, **fields: Any) -> Any:
        """Change a task as soon as nobody holds it."""
        return self._when_free("PATCH", task, fields)

    def remove(self, task: int) -> None:
        """Delete a task as soon as nobody holds it."""
        self._when_free("DELETE", task)

    def _when_free(self, method: str, task: int, body: Any = None) -> Any:
        for _ in range(200):
            try:
                return self.call(method, f"/tasks/{task}", body)
            except urllib.error.HTTPError as error:
                if error.code != 423:
                    raise
                time.sleep(0.05)
        raise AssertionError(f"task {task} stays leased")

    def clear(self) -> None:
        """Delete all tasks, as an admin does: whoever holds them."""
        self.put_item({})  # is written after what pages of the test before had on its way
        while tasks := self.call("GET", "/tasks")["tasks"]:
            for task in tasks:
                try:
                    self.sync("DELETE", f"Lists/tasks/Items/{task['id']}")
                except urllib.error.HTTPError as error:
                    if error.code != 404:  # a page's own deletion may still be on its way
                        raise

    def sync(self, method: str, path: str, **form: str) -> Any:
        """Call the emulator's own REST, as other programs with the account's key do."""
        keys = read_credentials(self.data)
        content = urllib.parse.urlencode(form).encode() if form else None
        url = f"{self.url}/v1/Services/{keys.service_sid}/{path}"
        request = urllib.request.Request(url, content, method=method)
        secret = base64.b64encode(f"{keys.api_key}:{keys.api_secret}".encode()).decode()
        request.add_header("Authorization", f"Basic {secret}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def put_item(self, data: Any) -> int:
        """Write an Item into Sync behind the board's back; gives its index."""
        return self.sync("POST", "Lists/tasks/Items", Data=json.dumps(data))["index"]

    def replace_item(self, index: int, data: Any) -> None:
        """Write over an Item behind the board's back, whoever holds a lease."""
        self.sync("POST", f"Lists/tasks/Items/{index}", Data=json.dumps(data))

    def columns(self) -> dict[str, list[str]]:
        """Give the names in each column, in order, as Sync has them."""
        tasks = self.call("GET", "/tasks")["tasks"]
        return {
            column: [task["name"] for task in tasks if task["list"] == column] for column in COLUMNS
        }

    def names(self) -> dict[str, str]:
        """Give the same as words, for tests whose names are one word each."""
        return {column: " ".join(names) for column, names in self.columns().items()}

    def open(self, page: Page, url: str | None = None) -> Page:
        """Open the page and wait until it is live."""
        page.goto(url or self.url)
        wait_live(page)
        return page


def listen_for_errors(page: Page, errors: list[str]) -> None:
    """Collect what went wrong in a page, but for requests that a test makes fail."""

    def heard(message: Any) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_FAILURES):
            errors.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))


def wait_live(page: Page, timeout_ms: int = 10_000) -> None:
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=timeout_ms)


def until(page: Page, is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Let the page live on until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        page.wait_for_timeout(20)


def see(page: Page, timeout_ms: int = 5000, **columns: str) -> None:
    """Wait until the columns show these names, as `see(page, todo="a b", done="")`."""
    for column, names in columns.items():
        shown = page.locator(f'ol[data-list="{column}"] .name')
        expect(shown).to_have_text(names.split(), timeout=timeout_ms)


def texts(page: Page, column: str) -> list[str]:
    """Give the names that a column shows now."""
    return page.locator(f'ol[data-list="{column}"] .name').all_text_contents()


def card(page: Page, name: str) -> Locator:
    return page.locator(".card", has=page.get_by_text(name, exact=True))


def reload(page: Page) -> None:
    """Reload though something typed is not saved."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()


def alert(page: Page) -> Locator:
    """The last that the page said went wrong."""
    return page.get_by_role("alert").last


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def grab(page: Page, name: str) -> None:
    """Press the button on a card and move far enough that a drag begins."""
    settle(page)
    x, y = middle(card(page, name).locator(".name"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6, steps=3)
    expect(page.locator("html.dragging")).to_be_attached()


def hover_over(page: Page, name: str, part: float = 0.75) -> None:
    """Carry what is grabbed over a card; part: how far down that card."""
    settle(page)
    box = card(page, name).last.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * part, steps=6)


def carry_below(page: Page, name: str) -> None:
    """Carry what is grabbed until the gap is below a card, as one does by looking."""
    for _ in range(5):
        hover_over(page, name)
        above = page.locator(".card:has(+ .ghost) .name")
        if above.count() and above.inner_text() == name:
            return
    raise AssertionError(f"no gap opened below {name}")


def settle(page: Page) -> None:
    """Wait until nothing moves any more, but for what never ends."""
    ends = "document.getAnimations().filter((one) => one.effect.getTiming().iterations < Infinity)"
    page.evaluate(f"Promise.allSettled({ends}.map((one) => one.finished))")


def hover_end(page: Page, column: str) -> None:
    """Carry what is grabbed to the free space of a column."""
    box = page.locator(f'ol[data-list="{column}"]').bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 20, steps=8)


def drag(page: Page, name: str, below: str) -> None:
    """Drag a card and drop it below another."""
    grab(page, name)
    carry_below(page, below)
    release(page)


def release(page: Page) -> None:
    page.mouse.up()
    expect(page.locator("html.dragging")).not_to_be_attached()


def add(page: Page, name: str, column: str | None = None) -> None:
    """Type a name into the top field, or that of a column, and press Enter."""
    form = "#new" if column is None else f'section[data-list="{column}"] form'
    field = page.locator(f"{form} input")
    field.fill(name)
    field.press("Enter")


def refusal(
    board: Board, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    """Call the API and give the status and problem of its refusal."""
    try:
        board.call(method, path, body, **headers)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")
    raise AssertionError(f"{method} {path} was not refused")
