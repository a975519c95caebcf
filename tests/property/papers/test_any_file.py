"""Whatever comes in, it becomes plain pages or a sentence."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.papers.pages import CertificateRefused, read_certificate
from tests.support.scans import DARK_LEFT, exif, pdf, picture, talkative_pdf

STARTS = [
    b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"%PDF-1.7\n",
    b"\0\0\0\x18ftypheic",
]  # fmt: skip
GOOD = [
    talkative_pdf(),
    pdf(DARK_LEFT, DARK_LEFT),
    picture("JPEG", exif=exif(orientation=6)),
    picture("PNG", exif=exif()),
    picture("WEBP", exif=exif()),
]


@st.composite
def hurt(draw: st.DrawFn) -> bytes:
    """Draw a good file that was cut short, or has bytes changed in it, or both."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(1, len(data)))] if draw(st.booleans()) else data)


@given(
    st.one_of(
        hurt(), st.builds(bytes.__add__, st.sampled_from(STARTS), st.binary(max_size=400))
    )
)
@settings(deadline=None, max_examples=60)
def test_any_file_becomes_pages_or_a_sentence(data: bytes) -> None:
    try:
        certificate = read_certificate(data=data)
    except CertificateRefused:
        return
    for page in certificate.pages:
        with Image.open(io.BytesIO(page)) as image:
            image.load()
            assert max(image.size) <= 2000
