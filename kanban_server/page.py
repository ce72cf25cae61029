"""The page and its files, and the documents about the API."""

import gzip
import mimetypes
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
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
FILES = {path.name: [path] for path in WEB.iterdir() if path.suffix in (".js", ".css")}
FILES |= {name: [path] for name, path in VENDOR_FILES.items()}
FILES["worker.js"].append(VENDOR_FILES["twilio-sync.min.js"])  # one request less to wait for
ELSEWHERE = {"begin.js", "worker.js", "sync.js", "twilio-sync.min.js", "main.js", "styles.css"}
MODULES = sorted(FILES.keys() - ELSEWHERE)  # what main.js leads to
KEEP = "public, max-age=31536000, immutable"
CLOUD_SOCKETS = "wss://*.twilio.com"


def make_blueprint(settings: Settings) -> Blueprint:
    """Make the routes of the page: open to all, they show no task."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def index() -> Response:
        html = render_template(
            "index.html",
            version=_served().version,
            modules=MODULES,
            columns=settings.columns,
            max_name_chars=MAX_NAME_CHARS,
            max_name_bytes=MAX_NAME_BYTES,
        )
        return compressed(Response(html, mimetype="text/html"))

    @page.get("/static/<name>")
    @page.get("/static/<string(length=12):version>/<name>")
    def file(name: str, version: str = "") -> Response:
        """Give a file as it is now, to be kept if that is what its address names."""
        served = _served()
        if name not in served.files:
            abort(404)
        answer = Response(served.files[name], mimetype=mimetypes.guess_type(name)[0])
        if takes_gzip():
            answer.set_data(_packed(served.files[name]))
            answer.content_encoding = "gzip"
        answer.vary.add("Accept-Encoding")
        answer.headers["Cache-Control"] = KEEP if version == served.version else "no-cache"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

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


class _Served(NamedTuple):
    """The page's files, by name, at one moment. version: another if any byte of them is another."""

    version: str
    files: dict[str, bytes]


def _served() -> _Served:
    return _read(tuple(_stamp(path) for paths in FILES.values() for path in paths))


def _stamp(path: Path) -> tuple[int, int] | None:
    """Give what is another once a file is written or put in its place; None if it is missing."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ctime_ns, found.st_size


@lru_cache(maxsize=1)
def _read(stamps: tuple[tuple[int, int] | None, ...]) -> _Served:
    """Read the files; stamps: theirs, so that changed ones are read again."""
    files = {
        name: b"\n".join(path.read_bytes() for path in paths)
        for name, paths in FILES.items()
        if all(path.is_file() for path in paths)
    }
    digests = (name.encode() + sha256(content).digest() for name, content in sorted(files.items()))
    return _Served(sha256(b"".join(digests)).hexdigest()[:12], files)


@lru_cache(maxsize=64)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content)
