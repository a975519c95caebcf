"""
The one who opens what strangers hand in: a program of its own, in a process of its own.

It is started by path, in isolated mode, with an empty environment. It imports nothing of the
house and reads one file from its standard input. Before the first byte it gives up what it does
not need: no file or socket can be opened, nothing written to disk, no core dumped, and memory
and time are short. It answers with one line of JSON, ``{"kind": …, "pages": [lengths]}`` or
``{"refused": reason}``, and the pages as JPEG behind it. A crash is an answer too: the parent
takes a missing line for a broken file.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from importlib import import_module

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
from PIL import Image, ImageOps

LOADED_EARLY = ("MpoImagePlugin", "TiffImagePlugin", "WebPImagePlugin")
"""Parts of Pillow it would fetch when it needs them; by then nothing can be opened any more."""

LONGEST_SIDE = 2000
"""Pixels of the longer side of a page; A4 in about 170 dots an inch."""
MOST_PIXELS = 64_000_000
"""More than the pictures of today's phones, and few enough to be held."""
MOST_PAGES = 10
QUALITY = 82
MEMORY = 1024 * 1024 * 1024
SECONDS = 15
LARGEST_SCALE = 4.0
"""So that a stamp-sized page is not blown up without end."""

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class Refusal(Exception):
    """The file is handed back; the message is the reason."""


def main() -> None:
    """Read the file, answer once."""
    Image.preinit()
    for part in LOADED_EARLY:
        import_module(f"PIL.{part}")
    give_up_rights()
    data = sys.stdin.buffer.read()
    try:
        kind, pages = read(data)
        head: dict[str, object] = {"kind": kind, "pages": [len(page) for page in pages]}
    except Refusal as refusal:
        head, pages = {"refused": str(refusal)}, []
    sys.stdout.buffer.write(b"".join([json.dumps(head).encode(), b"\n", *pages]))
    sys.stdout.buffer.flush()


def give_up_rights() -> None:
    """Take away, for good, what reading one file does not need."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        hardest = resource.getrlimit(what)[1]
        least = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
        resource.setrlimit(what, (least, least))


def read(data: bytes) -> tuple[str, list[bytes]]:
    """
    Return what a file is and its pages as JPEG.

    Whatever a parser throws over a broken file is let through: the process ends without an
    answer, and that says it.

    :raises Refusal: with the reason, if there is one the person can do something about.
    """
    kind = kind_of(data)
    try:
        return kind, list(_pdf_pages(data) if kind == "PDF" else _picture(data, kind))
    except pdfium.PdfiumError as error:
        raise Refusal("PASSWORD" if _is_locked(error) else "BROKEN") from error
    except Image.DecompressionBombError as error:
        raise Refusal("TOO_LARGE_PICTURE") from error


def kind_of(data: bytes) -> str:
    """
    Tell what a file is from its first bytes; its name says nothing.

    :raises Refusal: if it is nothing we take.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if b"%PDF-" in data[:1024]:
        return "PDF"
    raise Refusal("HEIC" if data[4:8] == b"ftyp" and data[8:12] in _HEIC else "KIND")


def _is_locked(error: pdfium.PdfiumError) -> bool:
    return bool(getattr(error, "err_code", None) == pdfium_raw.FPDF_ERR_PASSWORD)


def _pdf_pages(data: bytes) -> Iterator[bytes]:
    """Draw the pages of a PDF with what was filled in and pinned on; nothing in it runs."""
    document = pdfium.PdfDocument(data)
    try:
        count = len(document)
        if not count:
            raise Refusal("BROKEN")
        if count > MOST_PAGES:
            raise Refusal("TOO_MANY_PAGES")
        if document.get_formtype():
            document.init_forms()
        for index in range(count):
            yield _draw(document[index])
    finally:
        document.close()


def _draw(page: pdfium.PdfPage) -> bytes:
    width, height = page.get_size()
    longest = max(width, height)
    if not 0 < min(width, height) <= longest < 1e6:
        raise Refusal("BROKEN")
    scale = min((LONGEST_SIDE - 1) / longest, LARGEST_SCALE)
    bitmap = page.render(scale=scale, draw_annots=True, may_draw_forms=True, rev_byteorder=True)
    picture = _plain(bitmap.to_pil())
    page.close()
    return _jpeg(picture)


def _picture(data: bytes, kind: str) -> Iterator[bytes]:
    """Write a picture anew: the first frame, upright, on white, no larger than a page."""
    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise Refusal("TOO_LARGE_PICTURE")
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        yield _jpeg(_plain(upright))


def _plain(picture: Image.Image) -> Image.Image:
    """Return the bare points on white: a new picture carries nothing the old one knew."""
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=3.0)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        bare = Image.new("RGB", picture.size, "white")
        bare.paste(picture, mask=picture.getchannel("A"))
        return bare
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture.convert("RGB"))
    return bare


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


if __name__ == "__main__":
    main()
