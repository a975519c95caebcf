"""Files as people and enemies hand them in: pictures with a past, PDF with things hidden."""

import io
from typing import Any

from PIL import Image

PLANTED = "ZX-KEJIWAAN-91"
"""Hidden in every corner of a file; none of it may come through."""


def spellings(text: str) -> list[bytes]:
    """Return how a text could stand in bytes."""
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return [text.encode(name) for name in encodings] + [text.encode().hex().encode()]


def picture(
    kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any
) -> bytes:
    """Return a picture whose left third is dark and the rest light."""
    image = Image.new(mode, size, "white" if mode != "CMYK" else 0)
    image.paste("black" if mode != "CMYK" else (0, 0, 0, 255), (0, 0, size[0] // 3, size[1]))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(*, orientation: int = 1, words: str = PLANTED) -> Image.Exif:
    """Return EXIF with words in it and a place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = words
    data[0x013B] = words
    data.get_ifd(0x8825)[29] = words
    return data


def pdf(
    *contents: bytes,
    catalog: bytes = b"",
    page: bytes = b"",
    trailer: bytes = b"",
    more: tuple[bytes, ...] = (),
    size: tuple[int, int] = (300, 400),
) -> bytes:
    """
    Return a PDF with one page for each content stream.

    Object 1 is the catalog, 2 the pages, 3 is ``more[0]`` and so on; the pages come last.
    """
    first = 3 + len(more)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(contents), b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(contents)))),
        *more,
    ]
    for n, content in enumerate(contents):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R %s >>"
            % (*size, first + 2 * n + 1, page),
            stream(content),
        ]  # fmt: skip
    out, places = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R " % (len(objects) + 1) + trailer)
    out.write(b" >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def stream(content: bytes, head: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content)


DARK_LEFT = b"0 0 0 rg 0 0 100 400 re f"
"""A page of 300 by 400 whose left third is black."""


def talkative_pdf() -> bytes:
    """
    Return a PDF that hides words everywhere and wants to run something when opened.

    Its page is dark on the left; a pinned-on square darkens the top right; a hidden layer would
    darken the bottom right.
    """
    words = PLANTED.encode()
    more = (
        b"<< /Title (%s) /Author (%s) >>" % (words, words),  # 3
        stream(b"<x:xmpmeta>%s</x:xmpmeta>" % words, b"/Type /Metadata /Subtype /XML"),  # 4
        b"<< /S /JavaScript /JS (app.alert\\('%s'\\)) >>" % words,  # 5
        stream(words, b"/Type /EmbeddedFile"),  # 6
        b"<< /Type /Filespec /F (%s.txt) /EF << /F 6 0 R >> >>" % words,  # 7
        b"<< /Type /OCG /Name (%s) >>" % words,  # 8
        b"<< /Type /Annot /Subtype /Square /Rect [200 300 300 400] /F 4 /Contents (%s)"
        b" /AP << /N 10 0 R >> >>" % words,  # 9
        stream(b"0 0 0 rg 0 0 100 100 re f", b"/Subtype /Form /BBox [0 0 100 100]"),  # 10
        b"<< /Type /Annot /Subtype /Text /Rect [150 200 160 210] /F 2 /Contents (%s) >>"
        % words,  # 11
    )  # fmt: skip
    return pdf(
        DARK_LEFT + b" /OC /Layer BDC 0 0 0 rg 200 0 100 100 re f EMC",
        catalog=b"/Metadata 4 0 R /OpenAction 5 0 R"
        b" /Names << /EmbeddedFiles << /Names [(a) 7 0 R] >>"
        b" /JavaScript << /Names [(b) 5 0 R] >> >>"
        b" /OCProperties << /OCGs [8 0 R] /D << /OFF [8 0 R] >> >>",
        page=b"/Annots [9 0 R 11 0 R] /Resources << /Properties << /Layer 8 0 R >> >>",
        trailer=b"/Info 3 0 R",
        more=more,
    )


def filled_pdf() -> bytes:
    """Return a PDF whose only field, in the left third, was filled in dark."""
    field = (
        b"/Subtype /Widget /FT /Tx /T (a) /V (b) /F 4 /Rect [0 0 100 400] /AP << /N 4 0 R >>"
    )
    more = (
        b"<< /Type /Annot %s >>" % field,
        stream(b"0 0 0 rg 0 0 100 400 re f", b"/Subtype /Form /BBox [0 0 100 400]"),
    )
    return pdf(
        b"", catalog=b"/AcroForm << /Fields [3 0 R] >>", page=b"/Annots [3 0 R]", more=more
    )


def locked_pdf() -> bytes:
    """Return a PDF that asks for a password."""
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    return pdf(
        DARK_LEFT,
        more=(lock % (b"11" * 32, b"22" * 32),),
        trailer=b"/Encrypt 3 0 R /ID [<%s> <%s>]" % (b"ab" * 16, b"ab" * 16),
    )
