"""Letters and forms as tagged PDF, drawn by Typst from the forms beside this file."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from threading import Lock

import typst

from portal.papers.filling import JSON, fill
from portal.papers.shapes import Paper

FORMS = Path(__file__).resolve().parent / "forms"
_MISSING = "\N{WHITE SQUARE}"
_NEAR = 0x180
"""Latin letters up to here are in the serif of the forms; nobody has to ask."""

_lock = Lock()


def make_pdf(*, paper: Paper) -> bytes:
    """
    Return a paper as PDF/A-2a and PDF/UA-1; the same paper gives the same bytes.

    What people wrote goes in as data and is never read as markup. The file names its day and
    its language, and no person, kind of leave, machine or time of day. A letter that no font
    of the house has is drawn as an empty square: what could not be drawn as it is, is tried
    with squares, and at last with the Latin letters alone. Takes milliseconds; one at a time.

    :raises typst.TypstError: if a form is broken.
    """
    data = fill(paper)
    moment = datetime.combine(paper.dated, time(), UTC)
    form = FORMS / f"{paper.form}.typ"
    for known in (_is_any, _has_shape):
        with suppress(typst.TypstError):
            return _compile(form, _only(data, known), moment)
    return _compile(form, _only(data, _is_near), moment)


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """Return the compiler of this process: the fonts of the wheel, the folder of the forms."""
    return typst.Compiler(
        root=FORMS,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
        ignore_system_fonts=True,
        package_path=FORMS / "no-packages",
        package_cache_path=FORMS / "no-packages",
    )


def _compile(form: Path, data: JSON, moment: datetime) -> bytes:
    """Compile under the lock: a compiler serves one thread at a time."""
    with _lock:
        made = _compiler().compile(
            form,
            format="pdf",
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=moment,
        )
    if not isinstance(made, bytes):
        raise TypeError("a form gives one file")
    return made


def _only(value: JSON, known: Callable[[str], bool]) -> JSON:
    """Return data in which every unknown letter is a square."""
    match value:
        case str():
            return "".join(char if known(char) else _MISSING for char in value)
        case list():
            return [_only(part, known) for part in value]
        case dict():
            return {key: _only(part, known) for key, part in value.items()}
    return value


def _is_any(_char: str) -> bool:
    return True


def _is_near(char: str) -> bool:
    return ord(char) < _NEAR or char == _MISSING


@lru_cache(maxsize=4096)
def _has_shape(char: str) -> bool:
    """Tell whether a font of the house has a letter, by drawing it once."""
    if _is_near(char):
        return True
    data: JSON = {"language": "en", "letter": char}
    try:
        _compile(FORMS / "letter.typ", data, datetime(2000, 1, 1, tzinfo=UTC))
    except typst.TypstError:
        return False
    return True
