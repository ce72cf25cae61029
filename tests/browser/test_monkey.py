"""What nobody thought of: random hands, random others, and a line that comes and goes."""

import os
import random
import urllib.error

import pytest
from playwright.sync_api import Page

from tests.browser.hands import COLUMNS, Board, texts, until, wait_live

pytestmark = pytest.mark.browser

SEEDS = range(int(os.environ.get("MONKEYS", "3")))
STEPS = 60
KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Space", "Space", "Enter", "Escape"]
KEYS += ["Escape", "Tab", "Delete", "e", "m", "n", "/", "?"]
KEYS += ["Control+z", "Control+z", "Control+y", "Control+Shift+z"]
SIGHTS = ".card, .trash, .menu, #undo, #redo, #help, dialog button, .toast button, form.add input"


class Monkey:
    """A person without a plan, and scripts that change the board meanwhile."""

    def __init__(self, board: Board, page: Page, chance: random.Random):
        self.board = board
        self.page = page
        self.chance = chance

    def act(self) -> None:
        deeds = {
            self.press: 5, self.carry: 6, self.let_go: 5, self.click: 4, self.key: 10,
            self.type: 3, self.other: 8, self.cut: 1, self.mend: 2, self.wait: 4,
        }  # fmt: skip
        self.chance.choices(list(deeds), list(deeds.values()))[0]()

    def name(self) -> str:
        return f"{self.chance.choice('abcde')}{self.chance.randrange(1000)}"

    def spot(self, selector: str) -> tuple[float, float]:
        """Somewhere on one of the things that are in sight, else on the board."""
        script = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
        boxes = self.page.locator(selector).evaluate_all(script)
        boxes = [box for box in boxes if box["width"] and 0 <= box["y"] < 780]
        box = self.chance.choice(boxes or [{"x": 300, "y": 300, "width": 500, "height": 300}])
        across, down = self.chance.random(), self.chance.random()
        return box["x"] + box["width"] * across, box["y"] + box["height"] * down

    def press(self) -> None:
        self.page.mouse.move(*self.spot(".card"))
        self.page.mouse.down()

    def carry(self) -> None:
        target = self.chance.choice([".card", ".column", "body"])
        self.page.mouse.move(*self.spot(target), steps=self.chance.choice([1, 4]))

    def let_go(self) -> None:
        self.page.mouse.up()

    def click(self) -> None:
        self.page.mouse.up()
        x, y = self.spot(SIGHTS)
        self.page.mouse.click(x, y, click_count=self.chance.choice([1, 1, 2]))

    def key(self) -> None:
        self.page.keyboard.press(self.chance.choice(KEYS))

    def type(self) -> None:
        self.page.keyboard.type(self.name())
        if self.chance.random() < 0.7:
            self.page.keyboard.press("Enter")

    def other(self) -> None:
        """A script does something; a lease may stop it, but not one that writes into Sync."""
        tasks = self.board.call("GET", "/tasks")["tasks"]
        if len(tasks) < 3 or self.chance.random() < 0.3:
            self.board.add(self.name(), self.chance.choice(COLUMNS))
            return
        task, column = self.chance.choice(tasks), self.chance.choice(COLUMNS)
        path, item = f"/tasks/{task['id']}", f"Lists/tasks/Items/{task['id']}"
        deed = self.chance.choice(
            [
                lambda: self.board.call("PATCH", path, {"name": self.name()}),
                lambda: self.board.call("PATCH", path, {"list": column, "at": "top"}),
                lambda: self.board.call("DELETE", path),
                lambda: self.board.sync("DELETE", item),
            ]
        )
        try:
            deed()
        except urllib.error.HTTPError as error:
            if error.code not in (404, 423):
                raise

    def cut(self) -> None:
        self.page.context.set_offline(True)

    def mend(self) -> None:
        self.page.context.set_offline(False)

    def wait(self) -> None:
        self.page.wait_for_timeout(self.chance.choice([10, 50, 300]))

    def rest(self) -> None:
        """Let go of everything, and answer what is asked."""
        self.mend()
        self.let_go()
        wait_live(self.page, 30_000)
        until(self.page, self.is_quiet, seconds=30)
        self.page.locator("#filter").fill("")

    def is_quiet(self) -> bool:
        ways_out = self.page.locator("dialog[open] menu button, .editor [type=reset]")
        ways_out.evaluate_all("(all) => all.at(-1)?.click()")
        self.page.keyboard.press("Escape")
        return not self.page.locator("dialog[open], .editor, .carried, .pending, .unknown").count()

    def shown(self) -> dict[str, list[str]]:
        return {column: texts(self.page, column) for column in COLUMNS}


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_two_people_do_their_pages_end_as_sync_is_and_without_an_error(
    board, two_pages, seed
):
    board.fill(todo="a b c d", doing="e f", done="g")
    chance = random.Random(seed)
    monkeys = [Monkey(board, page, chance) for page in two_pages]
    for _ in range(STEPS):
        chance.choice(monkeys).act()
    for monkey in monkeys:
        monkey.rest()
    for monkey in monkeys:
        until(monkey.page, lambda one=monkey: one.shown() == board.columns())
