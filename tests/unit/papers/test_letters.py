"""Letters say what they should in both languages, and give nobody away."""

import re
import threading
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.papers import pdf
from portal.papers.choices import Answer, LeaveBox
from portal.papers.pdf import make_pdf
from portal.papers.shapes import AttestationPaper, DecisionLetter, LeaveForm, ReturnPlanPaper
from tests.support.papers import (
    ADDRESS,
    HASH,
    PAPERS,
    attestation,
    form,
    letter,
    plan,
    texts_of,
)

NEUTRAL = {
    "id": "Sebagaimana keterangan yang telah diverifikasi",
    "en": "According to the statement that has been verified",
}
HOSTILE = [
    "#sys.inputs #panic() #read(\"/etc/passwd\")",
    "$x$ ] [ } { \\ * _ ` < > @ ~ / // /* - + = 1. ",
    "#let name = 1; #import \"@preview/x:1.0.0\": *",
    "*tebal* _miring_ `kode` = Judul",
    "Łukasz Ñandú Ğül Šárka œuvre",
]  # fmt: skip


def words_of(data: bytes) -> str:
    """Return the text of a PDF on one line."""
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(pages).replace("\ufffe", "").split())


def squeezed(text: str) -> str:
    """Return a text without spaces: where a line breaks says nothing about its words."""
    return "".join(text.split())


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_a_paper_says_what_was_filled_in(make, language) -> None:
    paper = make(language=language)
    said = squeezed(words_of(make_pdf(paper=paper))).lower()
    for name in texts_of(paper):
        assert squeezed(getattr(paper, name)).lower() in said, name


def test_a_letter_in_indonesian() -> None:
    said = words_of(make_pdf(paper=letter()))
    for part in (
        "SURAT IZIN CUTI", "Nomor: 800.1.11.4/0089/2026", "3 (tiga) hari kalender",
        "24 November 2026 sampai dengan 26 November 2026", NEUTRAL["id"],
        "Jakarta, 23 November 2026", "821/14/SK/2026 tanggal 5 Januari 2026",
        f"keaslian: {ADDRESS}",
    ):  # fmt: skip
        assert part in said


def test_a_letter_in_english_for_one_day() -> None:
    day = date(2026, 11, 24)
    paper = letter(language="en", starts_on=day, ends_on=day, length=Decimal(1), decree="")
    said = words_of(make_pdf(paper=paper))
    for part in ("LEAVE PERMIT", "1 (one) calendar day", ": 24 November 2026 ", NEUTRAL["en"]):
        assert part in said
    assert "decree" not in said


def test_the_form_has_its_eight_sections() -> None:
    said = words_of(make_pdf(paper=form()))
    romans = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
    places = [said.index(f" {roman}. ") for roman in romans]
    assert places == sorted(places)
    assert "☑ 1. Cuti tahunan" in said
    assert said.count("☑ Disetujui") == 2
    assert "2024 (N-2) 0" in said
    assert "2026 (N) 7,5" in said


def test_an_undecided_form_has_empty_boxes() -> None:
    paper = form(consideration=None, decision=None, official_name="", decided_on=None)
    said = words_of(make_pdf(paper=paper))
    assert said.count("☑") == 1
    assert said.count("☐ Disetujui") == 2


@pytest.mark.parametrize("answer", Answer)
def test_one_box_is_ticked_for_each_answer(answer: Answer) -> None:
    said = words_of(make_pdf(paper=form(decision=answer, kind=None, consideration=None)))
    assert said.count("☑") == 1


def test_a_type_outside_the_form_stands_in_words() -> None:
    paper = form(kind=None, other_kind="Cuti penyegaran", consideration=None, decision=None)
    assert "☑ Lainnya: Cuti penyegaran" in words_of(make_pdf(paper=paper))


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_type_tells_more_than_its_box(language) -> None:
    """Every type has the same sentence in section III, and the same paper around the box."""
    said = {
        box: words_of(make_pdf(paper=form(language=language, kind=box))) for box in LeaveBox
    }
    assert all(NEUTRAL[language] in text for text in said.values())
    assert len(set(said.values())) == len(LeaveBox)
    assert len({text.replace("☑", "☐") for text in said.values()}) == 1


def test_no_paper_has_a_place_for_a_reason() -> None:
    names = {
        field.name
        for shape in (DecisionLetter, LeaveForm, AttestationPaper, ReturnPlanPaper)
        for field in fields(shape)
    }
    secret = re.compile("reason|diagnos|doctor|clinic|cause|ground|health|hospital")
    assert not [name for name in names if secret.search(name)]
    assert "nip" not in {field.name for field in fields(ReturnPlanPaper)}


def test_an_attestation_shows_hash_and_number() -> None:
    said = words_of(make_pdf(paper=attestation()))
    assert HASH in squeezed(said)
    assert HASH[:8] + " " + HASH[8:16] in said
    assert "Penelaah : nomor PM-07" in said
    assert "Golongan penerbit" in said
    assert "Golongan penerbit" not in words_of(make_pdf(paper=attestation(issuer_class="")))


def test_an_attestation_of_two_periods_and_of_none() -> None:
    spans = ((date(2026, 1, 5), date(2026, 1, 6)), (date(2026, 2, 2), date(2026, 2, 2)))
    said = words_of(make_pdf(paper=attestation(covers=spans)))
    assert "5 Januari 2026 sampai dengan 6 Januari 2026 2 Februari 2026" in said
    assert "Tanggal yang dicakup : tidak ada" in words_of(
        make_pdf(paper=attestation(covers=()))
    )


def test_a_plan_shows_its_stages_and_who_agreed() -> None:
    said = words_of(make_pdf(paper=plan()))
    for part in (
        "50%, 3 jam 45 menit sehari", "5 jam sehari", "tanpa lembur",
        "Penelaah medis nomor PM-07", "11 Desember 2026; 18 Desember 2026",
        "Agus Wijaya, S.Sos. belum",
    ):  # fmt: skip
        assert part in said
    assert "keaslian" not in said
    assert ADDRESS in words_of(make_pdf(paper=plan(verify_url=ADDRESS)))


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_never_markup(make, text: str) -> None:
    paper = make()
    filled = replace(paper, **dict.fromkeys(texts_of(paper), text))
    said = squeezed(words_of(make_pdf(paper=filled))).lower()
    assert said.count(squeezed(text).lower()) >= len(texts_of(paper)) - 1


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize(
    "text",
    ["", " ", "Siti 😀 漢字", "سلام שלום", "\u202eitiS\u2066", "a\0b\x07\n\r\tc", "\ud800",
     "\ufeff\u200d\u200b", "x" * 200, "e\u0301\u0489", "ꦱꦶꦠꦶ ᬲᬶᬢᬶ", "\U0010ffff\ue000", "👩‍👩‍👧‍👧"],
)  # fmt: skip
def test_any_text_makes_a_paper(make, text: str) -> None:
    paper = make()
    data = make_pdf(paper=replace(paper, **dict.fromkeys(texts_of(paper), text)))
    assert data.startswith(b"%PDF-1.7")


def test_letters_without_a_shape_are_squares_and_the_rest_stays() -> None:
    said = words_of(make_pdf(paper=letter(name="Siti 😀 Наташа 漢")))
    assert "Siti □ Наташа □" in said


def test_hidden_direction_marks_are_gone() -> None:
    assert "abc def" in words_of(make_pdf(paper=letter(name="abc\u202e \u2066def")))


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=60)
def test_any_name_makes_a_letter(name: str) -> None:
    assert make_pdf(paper=letter(name=name, agency=name))


def test_the_plain_letters_need_no_asking() -> None:
    """Everything the last try leaves standing can be drawn, by construction of the fonts."""
    near = "".join(chr(code) for code in range(0x20, pdf._NEAR) if chr(code).isprintable())
    assert pdf._MISSING not in words_of(make_pdf(paper=letter(name=near)))


def test_a_long_word_stays_on_its_page() -> None:
    said = words_of(make_pdf(paper=letter(name="a" * 200, unit="b" * 120)))
    assert "a" * 200 in squeezed(said)
    document = pypdfium2.PdfDocument(make_pdf(paper=form(name="w" * 200)))
    page = document[0]
    boxes = page.get_textpage()
    right = max(boxes.get_rect(n)[2] for n in range(boxes.count_rects()))
    assert right < page.get_width()
    document.close()


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_a_long_name_keeps_the_paper_on_one_page(make) -> None:
    name = "Raden Ayu " + " ".join(["Kusumaningtyas Prawirodirdjo"] * 6)
    document = pypdfium2.PdfDocument(make_pdf(paper=make(name=name)))
    assert len(document) == 1
    document.close()


def test_twelve_stages_run_over_to_a_second_page() -> None:
    stages = plan().stages * 8
    data = make_pdf(paper=plan(stages=stages))
    assert "Halaman 1 / 2" in words_of(data)


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_the_same_paper_gives_the_same_bytes(make) -> None:
    first = make_pdf(paper=make())
    pdf._compiler.cache_clear()
    assert make_pdf(paper=make()) == first


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_the_file_says_nothing_about_anybody(make, language) -> None:
    paper = make(language=language)
    data = make_pdf(paper=paper)
    document = pypdfium2.PdfDocument(data)
    about = {name: text for name, text in document.get_metadata_dict().items() if text}
    outline = [mark.get_title() for mark in document.get_toc()]
    document.close()
    midnight = f"D:{paper.dated:%Y%m%d}000000Z"
    assert about == {
        "Title": {"id": "Dokumen", "en": "Document"}[language],
        "Creator": about["Creator"],
        "CreationDate": midnight,
        "ModDate": midnight,
    }
    assert re.fullmatch(r"Typst [\d.]+", about["Creator"])
    packet = data[data.index(b"<?xpacket") : data.rindex(b"<?xpacket")].decode()
    for secret in (paper.name, "Rina", "199203", "/home", "Agus", "Hadi"):
        assert secret not in packet
        assert secret not in " ".join(outline)
    assert not re.search(r"T(?!00:00:00)\d\d:\d\d:\d\d", packet)
    kinds = ("sakit", "tahunan", "sick", "annual")
    assert not [kind for kind in kinds if kind in (packet + " ".join(outline)).lower()]


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_the_file_can_be_read_aloud(make) -> None:
    data = make_pdf(paper=make(verify_url=ADDRESS))
    assert b"/MarkInfo<</Marked true" in data.replace(b"\n", b"").replace(b" /", b"/")
    assert b"/StructTreeRoot" in data
    assert b"/Lang(id)" in data.replace(b" ", b"")
    assert b"pdfuaid:part>1<" in data
    assert b"pdfaid:part>2<" in data
    assert b"/Lang(en)" in make_pdf(paper=make(language="en")).replace(b" ", b"")


@pytest.mark.parametrize("make", PAPERS.values(), ids=PAPERS)
def test_only_the_fonts_of_the_wheel(make) -> None:
    data = make_pdf(paper=make())
    names = {name.split(b"+")[-1] for name in re.findall(rb"/FontName ?/([\w+-]+)", data)}
    assert names
    assert all(name.startswith((b"LibertinusSerif", b"DejaVuSansMono")) for name in names)


@pytest.mark.parametrize(
    "code",
    [b'#read("../pdf.py")', b'#read("/../pdf.py")', b'#import "@preview/cetz:0.3.0": *'],
)
def test_a_form_reads_nothing_outside_its_folder(code: bytes) -> None:
    with pytest.raises(typst.TypstError):
        pdf._compiler().compile(code, format="pdf")


def test_many_at_once() -> None:
    wrong: list[BaseException] = []
    papers = [letter(name=f"Nama {n}") for n in range(6)]
    expected = [make_pdf(paper=paper) for paper in papers]

    def go(n: int) -> None:
        try:
            for _ in range(8):
                assert make_pdf(paper=papers[n]) == expected[n]
        except BaseException as error:  # noqa: BLE001 - told to the thread that asks
            wrong.append(error)

    threads = [threading.Thread(target=go, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
