"""
The four ways out of the house, read as somebody reads who has stolen all of them.

Rows of the database (as `pg_dump` writes them), keys and values of Redis, mails, lines of the
log, and files left in temporary places. Every record says where it was found.
"""

import base64
import io
import logging
import os
import re
import subprocess
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from django.conf import settings
from django.db import connection

from portal.common.logs import NeutralFormatter
from portal.common.redis import client
from portal.embedded.binaries import postgres_program

_BYTEA = re.compile(rb"\\{1,2}x([0-9a-fA-F]{2,})")
_COPY = re.compile(r"^COPY (?:public\.)?\"?(\w+)\"? \((.*)\) FROM stdin;$")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Record:
    """One thing found in one exit: a row, a key with its value, a mail, a line, a file."""

    where: str
    parts: tuple[tuple[str, bytes], ...]
    """Named pieces: the columns of a row, the headers and the body of a mail."""

    def named(self) -> Iterator[tuple[str, bytes]]:
        """Yield every piece with its full name, like `people_user.full_name`."""
        for name, value in self.parts:
            yield f"{self.where}.{name}", value


def _cell(text: str) -> bytes:
    """Return a cell of the COPY format as bytes; bytea as what it holds."""
    plain = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)
    if plain.startswith("\\x"):
        return bytes.fromhex(plain[2:])
    return plain.encode()


def _rows(table: str, columns: list[str], lines: Iterable[str]) -> Iterator[Record]:
    for line in lines:
        cells = line.split("\t")
        yield Record(
            table,
            tuple(
                (column, _cell(cell))
                for column, cell in zip(columns, cells, strict=True)
                if cell != "\\N"
            ),
        )


def read_dump(text: str) -> list[Record]:
    """Return the rows of a plain dump, and what stands around them as one record."""
    records, rest, lines = [], [], iter(text.splitlines())
    for line in lines:
        head = _COPY.match(line)
        if head is None:
            rest.append(line)
            continue
        columns = [name.strip().strip('"') for name in head[2].split(",")]
        body = iter(lambda: next(lines), "\\.")
        records += _rows(head[1], columns, body)
    return [*records, Record("dump", (("rest", "\n".join(rest).encode()),))]


def dump_database() -> list[Record]:
    """Dump the test database from outside, as a thief or a backup does."""
    place = connection.settings_dict
    address = {
        "PGHOST": place["HOST"], "PGPORT": str(place["PORT"]), "PGUSER": place["USER"],
        "PGPASSWORD": place["PASSWORD"], "PGDATABASE": place["NAME"],
    }  # fmt: skip
    result = subprocess.run(
        [_pg_dump(), "--no-owner"],
        env={**os.environ, **{name: value for name, value in address.items() if value}},
        capture_output=True, check=True,
    )  # fmt: skip
    return read_dump(result.stdout.decode())


def _pg_dump() -> str:
    return postgres_program("pg_dump")


def read_tables() -> list[Record]:
    """Return every row of every table as this very transaction sees it."""
    records: list[Record] = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            described = connection.introspection.get_table_description(cursor, table)
            columns = [column.name for column in described]
            names = ", ".join(connection.ops.quote_name(name) for name in columns)
            quoted = connection.ops.quote_name(table)
            with cursor.copy(f"COPY (SELECT {names} FROM {quoted}) TO STDOUT") as copy:
                text = b"".join(bytes(piece) for piece in copy).decode()
            records += _rows(table, columns, text.splitlines())
    return records


def read_redis() -> list[Record]:
    """Return every key of this run's Redis with everything it holds."""
    redis = client()
    readers = {
        b"string": lambda key: [redis.get(key)],
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": lambda key: list(redis.smembers(key)),
        b"zset": lambda key: [
            member for member, _ in redis.zrange(key, 0, -1, withscores=True)
        ],
        b"hash": lambda key: [part for pair in redis.hgetall(key).items() for part in pair],
    }
    records = []
    for key in redis.scan_iter():
        kind = redis.type(key)
        values = readers[kind](key)
        pieces = [("key", bytes(key)), *(("value", bytes(value or b"")) for value in values)]
        records.append(Record("redis", tuple(pieces)))
    return records


def read_mails(folder: Path) -> list[Record]:
    """Return every mail that left, header by header."""
    records = []
    for path in sorted(folder.iterdir()) if folder.exists() else []:
        for text in path.read_bytes().split(b"-" * 79 + b"\n"):
            if not text.strip():
                continue
            head, _, body = text.partition(b"\n\n")
            unfolded = re.sub(rb"\n[ \t]+", b" ", head)
            pieces = [
                (line.partition(b":")[0].decode().strip(), line.partition(b":")[2].strip())
                for line in unfolded.splitlines()
            ]
            records.append(
                Record("mail", (*pieces, ("body", body), ("file", path.name.encode())))
            )
    return records


def read_files(folders: Iterable[Path]) -> list[Record]:
    """Return every file below these folders."""
    return [
        Record("file", (("name", str(path).encode()), ("content", path.read_bytes())))
        for folder in folders
        if folder.exists()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


@dataclass
class Log:
    """The lines of the house's log while a test runs."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    def records(self) -> list[Record]:
        """Return one record a line."""
        lines = self.stream.getvalue().splitlines()
        return [Record("log", (("line", line.encode()),)) for line in lines]


@contextmanager
def written_log() -> Iterator[Log]:
    """Write what any logger says from level DEBUG on, the way the house writes its log."""
    log = Log()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(NeutralFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield log
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def temporary_files(since: float) -> list[Record]:
    """Return what was put into the machine's temporary folder and the upload folder since."""
    folders = [Path(settings.FILE_UPLOAD_TEMP_DIR or gettempdir())]
    fresh = []
    for folder in folders:
        for path in folder.iterdir():
            try:
                if path.is_file() and path.stat().st_mtime >= since:
                    fresh.append(Record("temp", (("content", path.read_bytes()),)))
            except OSError:
                continue  # gone meanwhile, or somebody else's
    return fresh


def disguises(word: str) -> dict[str, bytes]:
    """Return how a word could hide: plain, hex, base64 in three places, UTF-16."""
    raw = word.encode()
    forms = {
        "plain": raw, "reversed": raw[::-1], "upper": word.upper().encode(),
        "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
        "utf-16": word.encode("utf-16-le"), "utf-16 be": word.encode("utf-16-be"),
        "utf-16 hex": word.encode("utf-16-le").hex().encode(),
    }  # fmt: skip
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        # Only the letters that the word alone decides.
        first = -(-shift * 8 // 6)
        last = (shift + len(raw)) * 8 // 6
        forms[f"base64 at {shift}"] = whole[first:last]
        forms[f"urlsafe at {shift}"] = whole[first:last].translate(
            bytes.maketrans(b"+/", b"-_")
        )
    return forms


_PACKED = re.compile(rb"\x1f\x8b\x08|x[\x01\x5e\x9c\xda]")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_GZIP_OR_ZLIB = 47


def unpacked(value: bytes, *, depth: int = 3) -> Iterator[bytes]:
    """Yield a piece and what is packed inside it: gzip, zlib, hex of a bytea, base64 runs."""
    yield value
    if depth:
        for inner in (*_inflated(value), *_decoded(value)):
            yield from unpacked(inner, depth=depth - 1)


def _inflated(value: bytes) -> Iterator[bytes]:
    for match in _PACKED.finditer(value):
        try:
            yield zlib.decompressobj(_GZIP_OR_ZLIB).decompress(value[match.start() :])
        except zlib.error:
            continue


def _decoded(value: bytes) -> Iterator[bytes]:
    for match in _BYTEA.finditer(value):
        yield bytes.fromhex(match[1][: len(match[1]) // 2 * 2].decode())
    for match in _RUN.finditer(value):
        run = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        decoded = base64.b64decode(
            run + b"=" * (-len(run) % 4) if len(run) % 4 != 1 else run[:-1]
        )
        if _PACKED.search(decoded):
            yield decoded


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A word found where it should not be."""

    label: str
    where: str
    form: str


def search(
    records: Iterable[Record],
    words: dict[str, str | bytes],
    allowed: dict[str, frozenset[str]] | None = None,
) -> list[Hit]:
    """
    Return every place in which a word stands, in any disguise, but where it may.

    ``words`` maps a label to the word; ``allowed`` maps a label to names of pieces such as
    `people_user.full_name`.
    """
    allowed = allowed or {}
    forms = [
        (label, form, needle)
        for label, word in words.items()
        for form, needle in (
            disguises(word) if isinstance(word, str) else _byte_disguises(word)
        ).items()
    ]
    hits = set()
    for record in records:
        for where, value in record.named():
            for piece in unpacked(value):
                hits |= {
                    Hit(label, where, form)
                    for label, form, needle in forms
                    if needle in piece and where not in allowed.get(label, frozenset())
                }
    return sorted(hits)


def _byte_disguises(raw: bytes) -> dict[str, bytes]:
    forms = {"plain": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        first, last = -(-shift * 8 // 6), (shift + len(raw)) * 8 // 6
        forms[f"base64 at {shift}"] = whole[first:last]
    return forms
