"""The page and its files, and the documents about the API."""

import gzip
import mimetypes
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request

from .compress import compressed, takes_gzip
from .schemas import MAX_NAME_BYTES, MAX_NAME_CHARS
from .settings import Settings

WEB = Path(__file__).parent.parent / "web"
VENDOR_FILES = {
    "twilio-sync.min.js": WEB / "node_modules/twilio-sync/builds/twilio-sync.min.js",
    "sortable.min.js": WEB / "node_modules/sortablejs/Sortable.min.js",
}
OWN_FILES = {path.name: [path] for path in WEB.iterdir() if path.suffix in (".js", ".css")}
OWN_FILES["worker.js"].append(VENDOR_FILES["twilio-sync.min.js"])  # one request less to wait for
CLOUD_SOCKETS = "wss://*.twilio.com"


def make_blueprint(settings: Settings) -> Blueprint:
    """Make the routes of the page: open to all, they show no task."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def index() -> Response:
        html = render_template(
            "index.html",
            columns=settings.columns,
            max_name_chars=MAX_NAME_CHARS,
            max_name_bytes=MAX_NAME_BYTES,
        )
        return compressed(Response(html, mimetype="text/html"))

    @page.get("/static/<name>")
    def own_file(name: str) -> Response:
        return _files(OWN_FILES.get(name, []))

    @page.get("/vendor/<name>")
    def vendor_file(name: str) -> Response:
        return _files([VENDOR_FILES[name]] if name in VENDOR_FILES else [])

    @page.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    return page


def make_documents(spec: Any) -> Blueprint:
    """Make the routes of the API's documents; spec: the apispec object."""
    documents = Blueprint("documents", __name__, template_folder="templates")

    @documents.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(spec.to_dict())

    @documents.get("/docs")
    def docs() -> str:
        return render_template("docs.html", spec=spec.to_dict())

    return documents


def content_security_policy(settings: Settings) -> str:
    """Give the policy of all answers: nothing from elsewhere but the socket to Sync."""
    if settings.sync_url in ("", "/"):
        sockets = "" if settings.sync_url else f" {CLOUD_SOCKETS}"
    else:
        url = urlsplit(settings.sync_url)
        sockets = f" {'wss' if url.scheme == 'https' else 'ws'}://{url.netloc}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'{sockets}; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _files(paths: list[Path]) -> Response:
    """Give files, one after the other, as one."""
    if not paths or not all(path.is_file() for path in paths):
        abort(404)
    changed = max(path.stat().st_mtime_ns for path in paths)
    answer = Response(mimetype=mimetypes.guess_type(paths[0].name)[0])
    if takes_gzip():
        answer.set_data(_read(tuple(paths), changed, gzip.compress))
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer.set_data(_read(tuple(paths), changed, bytes))
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.add("Accept-Encoding")
    answer.set_etag(f"{changed:x}-{answer.headers.get('Content-Encoding', 'plain')}")
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=64)
def _read(paths: tuple[Path, ...], changed: int, pack: Callable[[bytes], bytes]) -> bytes:
    """Give files' bytes, packed; changed: their time of change, so that new ones are read again."""
    return pack(b"\n".join(path.read_bytes() for path in paths))
