"""Everybody reads every page and paper of a leave; plain typed functions."""

import pypdfium2
from django.http import HttpResponse

from tests.support.exits import Record
from tests.support.leave_life import Cast, files_of, rows_of, words_in
from tests.support.routes import all_routes

LOOKED_AT = ("leave:", "home:", "notifications:", "privacy:", "people:vault", "people:admin")
EVERYBODY = (
    "anonymous", "owner", "manager", "director", "hr", "official", "reviewer",
    "other_reviewer", "peer", "admin", "dpo", "head",
)  # fmt: skip


def said(name: str, answer: HttpResponse) -> Record:
    """Return everything an answer says: headers, body, and a PDF as text and metadata."""
    body = answer.content
    head = "\n".join(f"{key}: {value}" for key, value in answer.headers.items()).encode()
    parts = [("headers", head), ("body", body)]
    if body.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(body)
        metadata = repr(document.get_metadata_dict()).encode()
        document.close()
        parts += [("text", words_in(body).encode()), ("metadata", metadata)]
    return Record(name, tuple(parts))


def read_everything(
    cast: Cast, request_id: object, tokens: dict[str, dict[str, str]]
) -> list[Record]:
    """Let everybody open every page there is, with the rows of this leave in the address."""
    rows = rows_of(request_id)
    read = []
    cast.unlock("reviewer")
    for route in all_routes():
        if not route.name.startswith(LOOKED_AT):
            continue
        path = route.path(**rows, **tokens.get(route.name, {}))
        for person in EVERYBODY:
            answer = cast.page(person).get(path)
            read.append(said(f"page {person} {route.name}", answer))
    feed = tokens["manager"]["token"]
    read.append(said("page manager leave:feed", cast.page("anonymous").get(f"/kal/{feed}.ics")))
    read += [said(f"file {name}", answer) for name, answer in files_of(cast).items()]
    return read
