"""Text is text: whatever comes in by page, API or straight into Sync shows as it was written."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add

pytestmark = pytest.mark.browser
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<form action=//evil.example><button>x",
    "<template><b>x</b></template>",
    "<math><mtext><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "'\"><b onmouseover=alert(1)>x</b>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;b&gt;x&lt;/b&gt;",
    "&#60;script&#62;",
    "\\u003cscript\\u003e",
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "{% raw %}x",
    "__proto__",
    "'; DROP TABLE tasks; --",
]
FOREIGN = (
    "हेमन्त हिन्दी हाथ กินข้าว กุ้ง ก้าว はな ばら 각 가지 구 שלום שָׁלוֹם مَدْرَسَة أحمد Crème CREME Αθήνα Ёлка ❤"
)
ALIEN = "img, script, svg, iframe, a, b, base, form, style, template, input, details, math, button"


def check(page, column: str) -> None:
    """See the payloads as text, and no element that they ask for."""
    expect(page.locator(f'ol[data-list="{column}"] .name')).to_have_text(PAYLOADS)
    assert page.locator(f".card .name :is({ALIEN})").count() == 0


def test_names_typed_into_the_page_show_as_text(board, page):
    for payload in PAYLOADS:
        add(page, payload)
    check(page, "todo")
    expect(page.locator(".pending")).to_have_count(0, timeout=20_000)


def test_names_that_scripts_send_show_as_text(board, page):
    for payload in PAYLOADS:
        board.add(payload, "doing")
    check(page, "doing")


def test_names_and_columns_written_straight_into_sync_show_as_text(board, page):
    for payload in PAYLOADS:
        board.put_item({"name": payload, "list": payload, "by": payload, "op": payload})
    check(page, "todo")
    assert page.locator(".card :is(script, iframe, img)").count() == 0


def test_a_name_does_not_turn_the_words_of_a_notice_round(board, page):
    board.add("abc \u202edesrever")
    page.locator(".trash").click()
    expect(page.locator(".toast span")).to_have_text("Deleted 'abc desrever'")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("हि", ["हिन्दी"]),
        ("हा", ["हाथ"]),
        ("กิ", ["กินข้าว"]),
        ("กุ", ["กุ้ง"]),
        ("は", ["はな"]),
        ("ば", ["ばら"]),
        ("가", ["각", "가지"]),
        ("שלום", ["שלום", "שָׁלוֹם"]),
        ("שָׁלוֹם", ["שלום", "שָׁלוֹם"]),
        ("مدرسة", ["مَدْرَسَة"]),
        ("احمد", ["أحمد"]),
        ("creme", ["Crème", "CREME"]),
        ("αθηνα", ["Αθήνα"]),
        ("елка", ["Ёлка"]),
        ("❤️", ["❤"]),
    ],
)
def test_the_filter_leaves_out_accents_and_points_but_no_letters(board, page, typed, found):
    board.fill(todo=FOREIGN)
    page.locator("#filter").fill(typed)
    expect(page.locator(".card .name")).to_have_text(found)


RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd 5!"


def stands_apart(place) -> bool:
    """Tell whether a sentence goes from left to right, with its name whole between its words."""
    return place.evaluate(
        """(one) => {
            const [before, name, after] = [0, 1, 2].map((at) => one.childNodes[at]).map((node) => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return range.getBoundingClientRect();
            });
            return before.right <= name.left + 1 && name.right <= after.left + 1;
        }"""
    )


def test_a_name_from_right_to_left_leaves_the_words_of_a_sentence_in_order(page):
    page.evaluate(
        """async (name) => {
            const { askMenu, accountOf, toast } = await import('/static/dialog.js');
            const card = { task: { id: '1', name } };
            const found = { column: { id: 'todo', cards: [card] }, at: 0, card };
            const { long, refused } = accountOf({ kind: 'remove' }, found);
            toast(refused, { isError: true });
            toast(refused, { isError: true });
            document.querySelector('#live').textContent = long;
            askMenu(found, ['todo']);
        }""",
        RIGHT_TO_LEFT,
    )
    notice, title = page.locator(".toast > span"), page.locator("#dialog-title")
    expect(notice).to_have_count(1)
    for place, words in ((notice, "'{}' was not deleted."), (title, "Move '{}'")):
        assert place.text_content() == words.format(RIGHT_TO_LEFT)
        assert stands_apart(place)
    assert page.locator("#live").text_content() == f"'{RIGHT_TO_LEFT}' deleted"
