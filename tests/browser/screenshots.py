"""Make the pictures of the README: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ROOT, Servers
from tests.browser.hands import Board
from tests.chromium import find
from tests.conftest import BROWSER_FLAGS

FOLDER = ROOT / "web" / "screenshots"
TASKS = {
    "todo": "Draw the new front page|Ask for a quote|Plan the workshop|Renew the certificates",
    "doing": "Write the release notes|Move the backups|Paint the shed",
    "done": "Book the train|Order paper|Fix the bell|Thank the helpers",
}


def main() -> None:
    """Start a board, fill it, and take its picture wide and light, and narrow and dark."""
    FOLDER.mkdir(exist_ok=True)
    path, servers = find(), Servers()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        board = servers.start(Path(data) / "board")
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        try:
            for column, names in TASKS.items():
                for name in names.split("|"):
                    board.add(name, column)
            wide = browser.new_page(viewport={"width": 1200, "height": 560})
            _take(board, wide, "wide.png")
            narrow = browser.new_page(
                viewport={"width": 390, "height": 560}, color_scheme="dark", has_touch=True
            )
            _take(board, narrow, "narrow.png")
        finally:
            browser.close()
            servers.stop()


def _take(board: Board, page: Page, name: str) -> None:
    board.open(page)
    page.wait_for_function("document.querySelectorAll('.card').length === 11")
    page.screenshot(path=FOLDER / name)


if __name__ == "__main__":
    main()
