"""The one way to hand out a file: to be kept, under a name by chance, in no cache."""

from enum import Enum
from secrets import token_hex

from django.http import HttpResponse


class FileKind(Enum):
    """What a file is: its content type, and how its name ends."""

    PDF = "application/pdf", "pdf"
    CSV = "text/csv; charset=utf-8", "csv"
    JSON = "application/json", "json"


def file_answer(content: bytes, kind: FileKind) -> HttpResponse:
    """
    Answer with a file.

    Its name is another one each time and says nothing: it stays in a folder, and travels
    further than what it names. No cache keeps it.
    """
    content_type, ending = kind.value
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{token_hex(6)}.{ending}"',
        },
    )
