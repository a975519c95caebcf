"""
Certificates come in: a file of a stranger becomes plain pictures of its pages.

What was hidden in the file, who wrote it, where the picture was taken, what it wanted to run,
stays behind with the file. The reading happens in a process of its own (``reader``), so that a
file made to break its reader breaks that process and nothing else. No file is ever written.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import Any

from portal.common.errors import Refused
from portal.papers.choices import CertificateKind, CertificateReason

MAX_BYTES = 5 * 1024 * 1024
ACCEPT = "application/pdf,image/jpeg,image/png,image/webp"
"""For ``accept`` of a file input; phones then hand over JPEG instead of their own format."""
PAGE_TYPE = "image/jpeg"
"""What every page of a certificate is served as."""

PATIENCE = 20.0
"""Seconds a reader may take."""
QUEUE = 5.0
"""Seconds to wait for a place; longer would keep the threads of the house from others."""

_AT_ONCE = 2
_PASSED_ON = ("LD_LIBRARY_PATH",)
"""Where Python finds its own library on some machines; nothing else of the environment."""
_MOST_BYTES_BACK = 40 * 1024 * 1024
_MOST_PAGES = 10
_READER = Path(__file__).resolve().with_name("reader.py")
_places = BoundedSemaphore(_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Certificate:
    """
    What is kept of a file: its pages as JPEG, the hash of the bytes handed in, and its kind.

    A page is upright, at most 2000 pixels long, and carries no metadata.
    """

    pages: tuple[bytes, ...]
    sha256: str
    kind: CertificateKind


class CertificateRefused(Refused):
    """The file is handed back; ``reason.label`` says what helps."""

    reason: CertificateReason


def read_certificate(*, data: bytes) -> Certificate:
    """
    Return the pages of a PDF, JPEG, PNG or WebP as plain pictures.

    The kind is told from the content. Takes a tenth of a second to 20 seconds, and up to 5
    more when two others are being read in this process: call it before a transaction begins.

    :raises CertificateRefused: if the file is empty, too big, of another kind, locked, broken,
        has too many pages or points; or if no place came free.
    """
    if not data:
        raise CertificateRefused(CertificateReason.EMPTY)
    if len(data) > MAX_BYTES:
        raise CertificateRefused(CertificateReason.TOO_BIG)
    if not _places.acquire(timeout=QUEUE):
        raise CertificateRefused(CertificateReason.BUSY)
    try:
        answer = _ask_reader(data)
    finally:
        _places.release()
    kind, pages = _understand(answer)
    return Certificate(pages=pages, sha256=hashlib.sha256(data).hexdigest(), kind=kind)


def _ask_reader(data: bytes) -> bytes:
    """
    Return what the reader answers; half an answer, or none, if it fell or was too slow.

    The group of the child is killed in any case, while the child still holds its number: before
    it has been waited for, no other process can have got it.
    """
    child = subprocess.Popen(  # noqa: S603 - our own program, by its path
        [sys.executable, "-I", str(_READER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
        bufsize=0,
    )
    alarm = Timer(PATIENCE, _kill, (child.pid,))
    alarm.daemon = True
    alarm.start()
    try:
        return _talk(child, data)
    finally:
        alarm.cancel()
        alarm.join()
        _kill(child.pid)
        child.wait()


def _talk(child: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Hand the file over and return the answer, cut off where it grows beyond all reason."""
    answer = bytearray()
    with child.stdin as into, child.stdout as back:  # type: ignore[union-attr]
        with suppress(BrokenPipeError):
            rest = memoryview(data)
            while rest:
                rest = rest[into.write(rest) :]
        with suppress(BrokenPipeError):
            into.close()
        while len(answer) <= _MOST_BYTES_BACK and (part := back.read(1 << 16)):
            answer += part
    return bytes(answer)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _understand(answer: bytes) -> tuple[CertificateKind, tuple[bytes, ...]]:
    """
    Return kind and pages of an answer; the reader is not trusted, so every part is checked.

    :raises CertificateRefused: with the reader's reason, or as broken if no answer is whole.
    """
    head, _, body = answer.partition(b"\n")
    try:
        said: dict[str, Any] = json.loads(head)
        if "refused" in said:
            raise CertificateRefused(CertificateReason(said["refused"]))
        return CertificateKind(said["kind"]), _cut(body, said["pages"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CertificateRefused(CertificateReason.BROKEN) from error


def _cut(body: bytes, lengths: list[int]) -> tuple[bytes, ...]:
    """
    Return the pages that lie behind the head.

    :raises ValueError: if they are not as many and as long as announced, or are no JPEG.
    """
    pages = tuple(body[start:end] for start, end in pairwise(accumulate(lengths, initial=0)))
    whole = 0 < len(pages) <= _MOST_PAGES and sum(lengths) == len(body)
    if not whole or not all(page.startswith(b"\xff\xd8\xff") for page in pages):
        raise ValueError("not what was announced")
    return pages
