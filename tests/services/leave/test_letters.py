"""Letter and form: no reason in them, never drawn again, and a code that tells little."""

from datetime import date
from urllib.parse import urlsplit

import pypdfium2
import pytest
from django.conf import settings
from django.http import Http404
from django.urls import resolve, reverse

from portal.leave.choices import Outcome, Purpose, RevokeReason, State
from portal.leave.models import Attestation, LeaveRequest, LeaveType, Letter
from portal.leave.rules.asking import Details
from portal.leave.selectors.letters import (
    check_letter,
    check_url,
    form_pdf,
    letter_pdf,
    token_tag,
)
from portal.leave.services import endings
from portal.leave.services.numbering import new_code, write_number
from portal.people.models import User
from portal.vault.services import open_field_text, tag
from tests.factories import NOW, account, make_employee
from tests.support.leave import PNS_NIP, open_room
from tests.support.leave_cases import decide, granted, ready, rules, sent, the_letter

pytestmark = pytest.mark.django_db(transaction=True)
PLANTED = ("ZX-KEJIWAAN-91", "Sp.KJ", "FAMILY_DEATH")
SECTION_III = "Sebagaimana keterangan yang telah diverifikasi"


def text_of(data):
    """Return every word of a PDF on one line, and all that its head says."""
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split()), str(document.get_metadata_dict())


def sick(room, **more):
    wishes = Details(purpose=Purpose.FAMILY_DEATH, address="Jalan Melati 1", phone="0812")
    words = "Belum bisa tidur, ZX-KEJIWAAN-91, kata Sp.KJ"
    return ready(room, code="CS", details=wishes, words=words, **more)


class TestLetter:
    def test_it_says_who_when_and_which_kind(self, room):
        User.objects.filter(pk=room.employee.user_id).update(nip=PNS_NIP)
        row = granted(room, sick(room))
        data = letter_pdf(actor=room.asker, request_id=row.pk)
        words, head = text_of(data)
        official = User.objects.get(pk=room.official.user_id)
        for part in (
            "1/SIC/2026", "Pegawai Contoh", PNS_NIP, "Cuti sakit", "3 (tiga) hari kalender",
            "7 Desember 2026", "Kepala Biro SDM", "KEP-7/2026", official.full_name, "Jakarta",
            "23 November 2026", "PP 11/2017",
        ):  # fmt: skip
            assert part in words, part
        for planted in PLANTED:
            assert planted not in words
            assert planted not in head
            assert planted.encode() not in data
        assert PNS_NIP not in head
        assert "sakit" not in head.lower()

    def test_it_is_kept_byte_for_byte(self, room):
        row = granted(room, ready(room))
        first = letter_pdf(actor=room.asker, request_id=row.pk)
        User.objects.filter(pk=room.employee.user_id).update(full_name="Nama Lain")
        LeaveType.objects.update(name_id="Sesuatu", legal_basis="Lain")
        assert letter_pdf(actor=room.hr, request_id=row.pk) == first
        assert b"%PDF" not in bytes(the_letter(row).pdf)

    def test_who_gets_it(self, room):
        row = granted(room, ready(room))
        for actor in (room.asker, room.hr, room.official):
            assert letter_pdf(actor=actor, request_id=row.pk).startswith(b"%PDF")
            assert form_pdf(actor=actor, request_id=row.pk).startswith(b"%PDF")
        stranger = account(make_employee("lain", agency=room.agency))
        for actor in (room.superior, room.reviewer, stranger, open_room().hr):
            for call in (letter_pdf, form_pdf):
                with pytest.raises(Http404):
                    call(actor=actor, request_id=row.pk)

    def test_there_is_none_before_it_is_signed_and_none_for_anything_but_a_grant(self, room):
        row = ready(room)
        decide(room, row, rules(row, Outcome.DEFER))
        with pytest.raises(Http404):
            letter_pdf(actor=room.asker, request_id=row.pk)
        assert not Letter.objects.exists()

    def test_a_kind_of_the_organisation_s_own_is_not_named(self, room):
        LeaveType.objects.filter(code="CT-PNS").update(
            family="OWN", name_id="Cuti kesehatan jiwa", name_en="Mental health leave"
        )
        row = granted(room, ready(room))
        for data in (
            letter_pdf(actor=room.asker, request_id=row.pk),
            form_pdf(actor=room.asker, request_id=row.pk),
        ):
            assert "jiwa" not in text_of(data)[0]


class TestForm:
    def test_section_three_is_the_same_for_every_kind(self, room):
        other = make_employee("lain", agency=room.agency, unit=room.unit, manager=room.manager)
        rows = [granted(room, sick(room)), granted(room, ready(room, employee=other))]
        sections = []
        for row in rows:
            data = form_pdf(actor=room.official, request_id=row.pk)
            words, head = text_of(data)
            assert SECTION_III in words
            sections.append(words.partition("III.")[2].partition("IV.")[0])
            for planted in PLANTED:
                assert planted not in words + head
        assert sections[0] == sections[1]

    def test_it_says_what_is_known_and_signed(self, room):
        row = sick(room)
        before, _head = text_of(form_pdf(actor=room.asker, request_id=row.pk))
        assert "Jalan Melati 1" in before
        assert room.manager.user.full_name in before
        decide(room, row)
        pending, _head = text_of(form_pdf(actor=room.asker, request_id=row.pk))
        assert pending == before, "a decision that can still be taken back shows nowhere"

    def test_after_signing_it_names_official_and_number(self, room):
        row = granted(room, ready(room))
        words, _head = text_of(form_pdf(actor=room.asker, request_id=row.pk))
        assert "1/SIC/2026" in words
        assert User.objects.get(pk=room.official.user_id).full_name in words
        assert "KEP-7/2026" in words

    def test_one_that_was_just_sent(self, room):
        row = sent(room)
        words, _head = text_of(form_pdf(actor=room.asker, request_id=row.pk))
        assert "Pegawai Contoh" in words


class TestCheck:
    def code(self, row):
        return open_field_text(the_letter(row), "sealed_token")

    def test_number_and_validity_and_nothing_else(self, room):
        row = granted(room, ready(room))
        found = check_letter(token=self.code(row))
        assert (found.number, found.is_valid) == ("1/SIC/2026", True)
        assert set(found.__slots__) == {"number", "is_valid"}

    def test_unknown_codes_all_get_the_same_answer(self, room):
        row = granted(room, ready(room))
        code = self.code(row)
        for token in ("", "x", code[:-1], code + "x", code.swapcase(), "\x00", "ä" * 500):
            assert check_letter(token=token) is None

    def test_the_code_leads_to_the_page_and_is_in_no_open_column(self, room):
        row = granted(room, ready(room))
        letter = the_letter(row)
        code = self.code(row)
        assert len(code) >= 24
        assert bytes(letter.token_tag) == token_tag(code)
        for column in (letter.sealed_token, letter.pdf, letter.token_tag):
            assert code.encode() not in bytes(column)
        words, _head = text_of(letter_pdf(actor=room.asker, request_id=row.pk))
        assert f"{settings.PUBLIC_URL}/periksa/{code}/" in words.replace(" ", "")

    def test_the_address_on_a_paper_is_that_of_the_check_page(self):
        """It is written as text, so that nothing else would notice if the page moved."""
        code = new_code()
        for url, token in ((check_url("aB-_9"), "aB-_9"), (code.url, code.token)):
            assert url.startswith(f"{settings.PUBLIC_URL}/")
            found = resolve(urlsplit(url).path)
            assert (found.view_name, found.kwargs) == ("leave:check", {"token": token})
            assert url == f"{settings.PUBLIC_URL}{reverse('leave:check', args=[token])}"

    def test_revoked_it_says_so(self, room):
        row = granted(room, ready(room))
        asked = {"request_id": row.pk, "version": row.version, "now": NOW}
        endings.ask_revocation(actor=room.hr, reason=RevokeReason.FRAUD, **asked)
        endings.confirm_revocation(actor=room.official, **asked)
        assert check_letter(token=self.code(row)).is_valid is False
        assert letter_pdf(actor=room.asker, request_id=row.pk).startswith(b"%PDF")

    def test_an_attestation_is_checked_alike(self, room):
        row = ready(room, code="CS")
        Attestation.objects.update(number="7/SKV/2026", token_tag=tag("leave.paper", "abc"))
        found = check_letter(token="abc")
        assert (found.number, found.is_valid) == ("7/SKV/2026", True)
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.REVOKED)
        assert check_letter(token="abc").is_valid is False
        Attestation.objects.update(stands=False, replaced=True)
        LeaveRequest.objects.filter(pk=row.pk).update(state=State.DECISION)
        assert check_letter(token="abc").is_valid is False


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{no}/{kind}/{year}", "89/SIC/2026"),
        ("800.{no}", "800.89"),
        ("KP.05.02/D.XIX/{no}/{year}", "KP.05.02/D.XIX/89/2026"),
        ("{year}", "89/2026"),
        ("", "89"),
        ("{no}/{secret}/{no.__class__}", "89/{secret}/{no.__class__}"),
    ],
)
def test_numbers_are_written_as_the_agency_does(template, number):
    assert write_number(template, "DECISION", 2026, 89) == number


def test_each_year_counts_anew(room):
    first = granted(room, ready(room))
    new_year = NOW.replace(year=2027, month=1, day=4)
    monday = date(2027, 2, 1)
    later = ready(room, first=monday, last=monday, now=new_year)
    later = granted(room, later, now=new_year)
    numbers = (the_letter(first).number, the_letter(later).number)
    assert numbers == ("1/SIC/2026", "1/SIC/2027")
