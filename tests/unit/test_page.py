"""The page and its files, open to all, and no file that is not the page's."""

import gzip
import os
import re

import pytest

from kanban_server import page
from kanban_server.page import content_security_policy
from kanban_server.settings import Settings


def test_the_page_is_open_though_a_passcode_is_set(closed):
    answer = closed.get("/")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert closed.get("/healthz").json == {"status": "up"}


def test_the_page_names_the_columns_and_limits_and_has_no_inline_script(steady):
    text = steady.get("/").text
    assert all(column in text for column in ("todo", "doing", "done", "500", "700"))
    assert " style=" not in text
    assert " onclick=" not in text
    assert "<script>" not in text


def test_the_page_is_sent_small_to_who_takes_that(steady):
    answer = steady.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).decode() == steady.get("/").text
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/static/main.js"])
@pytest.mark.parametrize(
    ("wish", "coding"),
    [("gzip;q=0", None), ("*, gzip;q=0", None), ("identity", None), ("gzip;q=0.1", "gzip")],
)
def test_who_takes_no_gzip_gets_none(path, wish, coding, steady):
    answer = steady.get(path, headers={"Accept-Encoding": wish}, buffered=True)
    assert answer.headers.get("Content-Encoding") == coding


def test_columns_are_text_in_the_page(make_app):
    columns = ('<script>alert("1")</script>', "b'\"")
    text = make_app(columns=columns).test_client().get("/").text
    assert '<script>alert("1")' not in text


@pytest.fixture
def main_js(monkeypatch, tmp_path):
    """A main.js to be changed."""
    path = tmp_path / "main.js"
    path.write_text("old")
    monkeypatch.setitem(page.FILES, "main.js", [path])
    return path


def named(client, name):
    """Give the address by which the page names a file."""
    return re.search(rf'"(/static/[0-9a-f]{{12}}/{name})"', client.get("/").text)[1]


@pytest.mark.parametrize("name", ["begin.js", "main.js", "styles.css"])
def test_what_the_page_names_is_kept_and_not_asked_for_again(name, steady):
    answer = steady.get(named(steady, name), buffered=True)
    assert answer.text == (page.WEB / name).read_text()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_the_modules_of_the_page_name_each_other_by_relative_addresses_alone():
    for path in page.WEB.glob("*.js"):
        assert not re.findall(r"(?:from|import) ?\(?'(?!\./)", path.read_text())


def test_the_page_names_all_that_its_script_imports_for_the_browser_to_fetch_at_once(steady):
    reached = imported_by("main.js") - {"main.js"}
    links = re.findall(r'<link rel="modulepreload" href="(.+)">', steady.get("/").text)
    assert sorted(links) == sorted(named(steady, name) for name in reached)


def imported_by(name):
    """Give a module and all that it leads to, but for the library, which leads to nothing."""
    names = re.findall(r"(?:from|import) '\./(.+)'", page.FILES[name][0].read_text())
    return {name}.union(*map(imported_by, names))


def test_a_file_that_changed_has_another_address(main_js, steady):
    before = named(steady, "main.js")
    main_js.write_text("new")
    after = named(steady, "main.js")
    assert after != before
    assert steady.get(after).text == "new"


def test_a_file_that_is_written_anew_as_it_was_keeps_its_address(main_js, steady):
    before = named(steady, "main.js")
    main_js.unlink()
    main_js.write_text("old")
    os.utime(main_js, (1, 1))
    assert named(steady, "main.js") == before


def test_an_open_page_gets_the_file_of_now_which_nobody_keeps_by_its_old_name(main_js, steady):
    before = named(steady, "main.js")
    main_js.write_text("new")
    answer = steady.get(before)
    assert answer.text == "new"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "ETag" in answer.headers


def test_a_file_that_is_missing_is_not_found_and_the_page_is(main_js, steady):
    address = named(steady, "main.js")
    main_js.unlink()
    assert steady.get("/").status_code == 200
    assert steady.get(address).status_code == 404


@pytest.mark.parametrize("name", ["main.js", "styles.css", "sortable.min.js"])
def test_the_pages_files_are_served(name, steady):
    answer = steady.get(f"/static/{name}", buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    tag = answer.headers["ETag"]
    again = steady.get(f"/static/{name}", headers={"If-None-Match": tag}, buffered=True)
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/static/package.json",
        "/static/index.html",
        "/static/..%2Fsetup.cfg",
        "/static/../settings.py",
        "/static/%2e%2e/setup.cfg",
        "/static/node_modules/sortablejs/package.json",
        "/vendor/package.json",
        "/vendor/..%2F..%2Findex.html",
        "/static/",
        "/static/../main.js",
        "/static/0123456789ab/package.json",
        "/static/0123456789ab/..%2Fsetup.cfg",
        "/static/0123456789ab/../index.html",
        "/static/0123456789ab/",
        "/static/no-version/main.js",
        "/.env",
        "/web/main.js",
    ],
)
def test_no_other_file_is(path, steady):
    assert steady.get(path).status_code == 404


def test_the_specification_names_every_route_of_the_api(steady):
    paths = steady.get("/openapi.json").json["paths"]
    assert set(paths) >= {"/tasks", "/tasks/{index}", "/tasks/{index}/lease", "/token", "/readyz"}
    assert steady.get("/docs").status_code == 200


def test_the_document_for_reading_says_how_to_call_and_which_headers_come(steady):
    text = steady.get("/docs").text
    for words in ("HTTP Bearer, token", "HTTP Basic, passcode", "with ETag, Location"):
        assert words in text


@pytest.mark.parametrize("value", ['W/"1"', '"1", "2"'])
def test_the_documents_say_that_if_match_takes_one_strong_tag_and_so_it_is(value, steady):
    assert "one strong tag, or `*`. A list" in steady.get("/docs").text
    answer = steady.patch("/tasks/0", json={"name": "b"}, headers={"If-Match": value})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("", "connect-src 'self' wss://*.twilio.com;"),
        ("/", "connect-src 'self';"),
        ("http://127.0.0.1:8710", "connect-src 'self' ws://127.0.0.1:8710;"),
        ("https://sync.example.org", "connect-src 'self' wss://sync.example.org;"),
    ],
)
def test_the_page_may_talk_to_its_server_and_to_sync_only(url, source):
    policy = content_security_policy(Settings(sync_url=url))
    assert source in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


def test_the_worker_comes_with_the_unmodified_sdk_in_one_file(steady):
    text = steady.get("/static/worker.js").text
    assert text.startswith((page.WEB / "worker.js").read_text())
    assert text.endswith(page.VENDOR_FILES["twilio-sync.min.js"].read_text())
