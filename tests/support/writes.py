"""What a request really wrote: statements that were rolled back do not count."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

WRITES = ("INSERT", "UPDATE", "DELETE")
NO_TRACE = ("people_browsersession", "audit_refusalcount")
"""What even a refusal may write: the session's last minute, and one more in an hour's count."""


@contextmanager
def watched() -> Iterator[CaptureQueriesContext]:
    """Watch the statements of a block, however many there were before in this test."""
    connection.queries_log.clear()  # it holds 9,000, and shows no new ones beyond
    with CaptureQueriesContext(connection) as queries:
        yield queries


def kept_writes(queries: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the beginnings of the writing statements that no savepoint took back."""
    kept: list[str] = []
    marks: dict[str, int] = {}
    for query in queries:
        sql = query["sql"]
        name = sql.rpartition(" ")[2]
        if sql.startswith("SAVEPOINT"):
            marks[name] = len(kept)
        elif sql.startswith("ROLLBACK TO SAVEPOINT"):
            del kept[marks[name] :]
        elif sql.startswith(WRITES) and not any(table in sql for table in NO_TRACE):
            kept.append(sql[:70])
    return kept
