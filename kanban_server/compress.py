"""Answers compressed for callers who take that."""

import gzip

from flask import Response, request


def compressed(answer: Response) -> Response:
    """Compress an answer if its caller takes that; quickly rather than to the last byte."""
    answer.vary.add("Accept-Encoding")
    if takes_gzip():
        answer.set_data(gzip.compress(answer.get_data(), compresslevel=1))
        answer.content_encoding = "gzip"
    return answer


def takes_gzip() -> bool:
    """Tell whether the caller takes gzip; a quality of 0 means that it does not."""
    return bool(request.accept_encodings.quality("gzip") > 0)
