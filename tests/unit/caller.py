"""What a caller of the REST API looks at in its answers."""

import base64


def basic(text: str) -> str:
    """Give the header Authorization of `user:password`."""
    return "Basic " + base64.b64encode(text.encode()).decode()


def problem(answer, status):
    """Check that an answer is a problem document, and give it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return document


def names(client):
    return [task["name"] for task in client.get("/tasks").json["tasks"]]
