"""A certificate becomes plain pictures of its pages, and nothing else of it comes in."""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import translation
from PIL import Image

from portal.papers import pages, reader
from portal.papers.choices import CertificateKind, CertificateReason
from portal.papers.pages import Certificate, CertificateRefused, read_certificate
from tests.support.scans import (
    DARK_LEFT,
    PLANTED,
    exif,
    filled_pdf,
    locked_pdf,
    pdf,
    picture,
    spellings,
    talkative_pdf,
)

BYTES = PLANTED.encode()


def open_page(certificate: Certificate, index: int = 0) -> Image.Image:
    """Return one page as a picture, after checking that it is nothing but one."""
    image = Image.open(io.BytesIO(certificate.pages[index]))
    image.load()
    assert image.format == "JPEG"
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert max(image.size) <= 2000
    return image


def is_dark(image: Image.Image, across: float, down: float) -> bool:
    """Tell whether the picture is dark at a place, given as shares of its size."""
    at = (int(across * image.width), int(down * image.height))
    return sum(image.convert("RGB").getpixel(at)) < 100


def refusal(data: bytes) -> CertificateReason:
    """Return why a file is handed back."""
    with pytest.raises(CertificateRefused) as caught:
        read_certificate(data=data)
    assert str(caught.value.reason.label)
    return caught.value.reason


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("PDF", pdf(DARK_LEFT)),
        ("JPEG", picture("JPEG")),
        ("JPEG", picture("JPEG", mode="CMYK")),
        ("JPEG", picture("JPEG", mode="L")),
        ("JPEG", picture("MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))])),
        ("PNG", picture("PNG")),
        ("PNG", picture("PNG", mode="1")),
        ("PNG", picture("PNG", mode="RGBA")),
        ("WEBP", picture("WEBP", quality=95)),
    ],
    ids=["pdf", "jpeg", "cmyk", "grey", "two-in-one", "png", "bits", "clear", "webp"],
)
def test_what_is_taken(kind: str, data: bytes) -> None:
    certificate = read_certificate(data=data)
    assert certificate.kind is CertificateKind(kind)
    assert certificate.sha256 == hashlib.sha256(data).hexdigest()
    image = open_page(certificate)
    assert is_dark(image, 0.1, 0.5)
    assert not is_dark(image, 0.6, 0.5)


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    out = io.BytesIO()
    row = b"\x2c\x01" * 10 + b"\xff\xff" * 20
    Image.frombytes("I;16", (30, 10), row * 10).save(out, "PNG")
    page = open_page(read_certificate(data=out.getvalue()))
    assert is_dark(page, 0.1, 0.5)
    assert page.convert("L").getpixel((25, 5)) > 240


def test_what_is_clear_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert not is_dark(open_page(read_certificate(data=out.getvalue())), 0.5, 0.5)


def test_a_picture_comes_upright() -> None:
    lying = picture("JPEG", size=(60, 30), exif=exif(orientation=6))
    image = open_page(read_certificate(data=lying))
    assert image.size == (30, 60)
    assert is_dark(image, 0.5, 0.1)
    assert not is_dark(image, 0.5, 0.9)


def test_a_large_picture_is_made_smaller() -> None:
    assert open_page(read_certificate(data=picture("JPEG", size=(3000, 4000)))).size == (
        1500,
        2000,
    )


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG", exif=exif(), comment=PLANTED, xmp=BYTES, icc_profile=BYTES),
        picture("PNG", exif=exif(), icc_profile=BYTES),
        picture("WEBP", exif=exif(), xmp=BYTES, icc_profile=BYTES),
        picture("JPEG") + PLANTED.encode(),
        talkative_pdf(),
    ],
    ids=["jpeg", "png", "webp", "behind-the-end", "pdf"],
)  # fmt: skip
def test_nothing_hidden_comes_through(data: bytes) -> None:
    assert any(said in data for said in spellings(PLANTED))
    certificate = read_certificate(data=data)
    assert [
        page for page in certificate.pages for said in spellings(PLANTED) if said in page
    ] == []
    open_page(certificate)


def test_a_pdf_is_drawn_as_it_prints() -> None:
    image = open_page(read_certificate(data=talkative_pdf()))
    assert image.size == (1200, 1600)
    assert is_dark(image, 0.1, 0.5)
    assert is_dark(image, 0.8, 0.1), "what was pinned on is drawn"
    assert not is_dark(image, 0.8, 0.9), "a hidden layer stays hidden"


def test_what_was_filled_into_a_form_is_drawn() -> None:
    image = open_page(read_certificate(data=filled_pdf()))
    assert is_dark(image, 0.1, 0.5)
    assert not is_dark(image, 0.6, 0.5)


def test_ten_pages_come_in_their_order() -> None:
    blank = b"0 0 0 rg 200 0 100 400 re f"
    certificate = read_certificate(data=pdf(*[blank] * 9, DARK_LEFT))
    assert len(certificate.pages) == 10
    assert [is_dark(open_page(certificate, n), 0.1, 0.5) for n in range(10)] == [False] * 9 + [
        True
    ]


HUGE = picture("PNG", size=(20_000, 20_000), mode="1")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "EMPTY"),
        (b"\xff\xd8\xff" + bytes(pages.MAX_BYTES), "TOO_BIG"),
        (b"GIF89a" + bytes(50), "KIND"),
        (b"PK\x03\x04" + bytes(50), "KIND"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "KIND"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
        (pdf(*[DARK_LEFT] * 11), "TOO_MANY_PAGES"),
        (pdf(), "BROKEN"),
        (locked_pdf(), "PASSWORD"),
        (HUGE, "TOO_LARGE_PICTURE"),
        (picture("PNG", size=(9_000, 9_000), mode="1"), "TOO_LARGE_PICTURE"),
        (picture("JPEG", size=(600, 600))[:400], "BROKEN"),
        (picture("PNG")[:-30], "BROKEN"),
        (b"%PDF-1.7 and then nothing", "BROKEN"),
        (pdf(DARK_LEFT, size=(0, 400)), None),
        (picture("JPEG")[:3], "BROKEN"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_handed_back(data: bytes, reason: str | None) -> None:
    if reason is None:
        read_certificate(data=data)
    else:
        assert refusal(data) is CertificateReason(reason)


def test_a_name_or_a_wrong_start_does_not_count() -> None:
    assert read_certificate(data=b"\n\n" + pdf(DARK_LEFT)).kind is CertificateKind.PDF


def test_one_word_of_the_reader_is_a_reason() -> None:
    said = set(re.findall(r'"([A-Z_]{4,})"', Path(reader.__file__).read_text("utf-8")))
    reasons = said - {"JPEG", "WEBP", "RIFF", "MPO", "RGBA"}
    assert {"KIND", "PASSWORD", "TOO_MANY_PAGES"} <= reasons <= set(CertificateReason.values)


def test_sentences_say_the_limits() -> None:
    with translation.override("en"):
        assert f"{pages.MAX_BYTES // 1024**2} MB" in str(CertificateReason.TOO_BIG.label)
        assert f"{reader.MOST_PAGES} pages" in str(CertificateReason.TOO_MANY_PAGES.label)
    with translation.override("id"):
        assert f"{pages.MAX_BYTES // 1024**2} MB" in str(CertificateReason.TOO_BIG.label)
        assert f"{reader.MOST_PAGES} halaman" in str(CertificateReason.TOO_MANY_PAGES.label)


@pytest.fixture
def odd_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put another program in the reader's place."""

    def place(code: str, *, patience: float = 20.0) -> None:
        program = tmp_path / "it's another reader.py"
        program.write_text(f"import os, sys, time, json, signal\n{code}\n", "utf-8")
        monkeypatch.setattr(pages, "_READER", program)
        monkeypatch.setattr(pages, "PATIENCE", patience)

    return place


ANSWER = 'print(json.dumps({{"kind": "PDF", "pages": {}}})); print({}, end="")'


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "sys.stdin.buffer.read(); os.kill(os.getpid(), signal.SIGSEGV)",
        "sys.stdin.buffer.read()",
        "raise SystemExit(3)",
        "sys.stdin.close(); print('not json')",
        "print('[]')",
        "print('[' * 100000)",
        "print(json.dumps({'refused': 'SOMETHING'}))",
        "print(json.dumps({'refused': []}))",
        "print(json.dumps({'kind': 'GIF', 'pages': [1]}))",
        ANSWER.format([4], "'abcd'"),
        ANSWER.format([], "''"),
        ANSWER.format([-1, 5], "'abcd'"),
        ANSWER.format(["4"], "'abcd'"),
        ANSWER.format([4000], "'abcd'"),
        'sys.stdout.buffer.write(b\'{"kind": "JPEG", "pages": [3, 9]}\\n\\xff\\xd8\\xff\')',
    ],
)
def test_a_fallen_or_lying_reader_is_a_sentence(code: str, odd_reader) -> None:
    odd_reader(code)
    assert refusal(picture("JPEG")) is CertificateReason.BROKEN


def test_an_answer_without_end_is_cut_off(odd_reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_MOST_BYTES_BACK", 1 << 20)
    odd_reader("while True: sys.stdout.buffer.write(bytes(1 << 20))", patience=3.0)
    assert len(pages._ask_reader(b"anything")) <= (1 << 20) + (1 << 16)
    assert refusal(picture("JPEG")) is CertificateReason.BROKEN


def test_a_slow_reader_is_ended_with_its_children(odd_reader, tmp_path: Path) -> None:
    mark = tmp_path / "grandchild"
    odd_reader(
        f"child = os.fork()\nif not child:\n open({str(mark)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)",
        patience=1.5,
    )
    began = time.monotonic()
    assert refusal(picture("JPEG")) is CertificateReason.BROKEN
    assert time.monotonic() - began < 20, "the grandchild, too, holds the pipe no longer"
    assert is_gone(Path(f"/proc/{mark.read_text()}/stat"))


def is_gone(state: Path) -> bool:
    """Wait a little for a killed process to end; nobody may have buried it yet."""
    for _ in range(100):
        with suppress(FileNotFoundError, ProcessLookupError):
            if state.read_text().split(")")[1].split()[0] not in {"Z", "X"}:
                time.sleep(0.02)
                continue
        return True
    return False


def test_two_are_read_at_once_and_the_third_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "QUEUE", 0.05)
    with pages._places, pages._places:
        assert refusal(picture("JPEG")) is CertificateReason.BUSY
    assert read_certificate(data=picture("JPEG"))


def test_a_place_comes_free_after_every_end(odd_reader) -> None:
    odd_reader("raise SystemExit(1)")
    for _ in range(3):
        assert refusal(picture("JPEG")) is CertificateReason.BROKEN


def test_the_reader_is_given_no_secret(odd_reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    odd_reader(
        "sys.stdin.buffer.read()\n"
        "left = set(os.environ) - {'LC_CTYPE', 'LD_LIBRARY_PATH'}\n"
        "print(json.dumps({'refused': 'HEIC' if left or os.getcwd() != '/' else 'KIND'}))"
    )
    assert refusal(picture("JPEG")) is CertificateReason.KIND


GIVEN_UP = """
import os, signal, socket, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path.insert(0, {folder!r})
import reader
reader.give_up_rights()
for deed in (
    lambda: open({folder!r} + "/reader.py"),
    lambda: open("/tmp/anything", "w"),
    socket.socket,
    lambda: os.write(2, b"x"),
    lambda: bytearray(2 * 1024**3),
):
    try:
        deed()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, flush=True)
"""


def test_the_reader_can_open_nothing(tmp_path: Path) -> None:
    folder = str(Path(reader.__file__).parent)
    with (tmp_path / "errors").open("wb") as errors:
        said = subprocess.run(
            [sys.executable, "-c", GIVEN_UP.format(folder=folder)],
            stdout=subprocess.PIPE, stderr=errors, check=True, text=True,
        ).stdout.split()  # fmt: skip
    assert said == ["OSError", "OSError", "OSError", "OSError", "MemoryError"]


def test_it_works_from_odd_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "it's a place"
    place.mkdir()
    shutil.copy(reader.__file__, place)
    monkeypatch.setattr(pages, "_READER", place / "reader.py")
    monkeypatch.chdir(place)
    assert read_certificate(data=pdf(DARK_LEFT)).kind is CertificateKind.PDF
    assert [path.name for path in place.iterdir()] == ["reader.py"]
