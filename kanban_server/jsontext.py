"""JSON as compact text that can always be written as UTF-8."""

import json
import re
from typing import Any


def compact(value: Any) -> str:
    """Give the JSON of a value: no spaces, signs unescaped except lone surrogates."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[\ud800-\udfff]", lambda lone: f"\\u{ord(lone[0]):04x}", text)
