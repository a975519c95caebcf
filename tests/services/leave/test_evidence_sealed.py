"""
What was written and handed in is nowhere: every table, Redis, every log, every error.

The planted words stand in the words, in the certificate's hidden corners and in its PDF text.
"""

import logging
import traceback

import pytest

from portal.leave.choices import Issuer, Missing, State, Verdict
from portal.leave.models import Evidence, EvidenceKey, EvidencePage, HealthDossier
from portal.leave.selectors.attested import (
    attestation_pdf,
    attested_csv,
    attested_json,
    list_attested,
)
from portal.leave.selectors.reviews import get_review_page, list_reviews
from portal.leave.services import evidence, opening
from portal.leave.services.attestations import Finding
from portal.leave.services.desk import employee_locked
from portal.leave.services.opening import EvidenceUnreadable
from portal.vault import primitives
from portal.vault.models import PersonKey
from portal.vault.services import CannotOpen, open_document
from portal.vault.unlock import Locked
from tests.factories import MONDAY, NOW
from tests.support.exits import dump_database, read_redis, read_tables
from tests.support.leave import vault_of
from tests.support.reviews import WORDS, attest, hand_in, look, make_case, photo
from tests.support.scans import pdf, spellings

pytestmark = pytest.mark.django_db(transaction=True)
PHRASE, DOCTOR = "ZX-KEJIWAAN-91", "Sp.KJ"
PLANTED = [spelling for word in (PHRASE, DOCTOR) for spelling in spellings(word)]


def letter():
    """Return a PDF that says both, in text and in what is behind it."""
    said = f"BT /F1 12 Tf 10 100 Td ({PHRASE} {DOCTOR}) Tj ET".encode()
    return pdf(said, trailer=b"", catalog=b"/Lang (id)")


@pytest.fixture
def papers():
    """Files with the words in them, made before anybody listens."""
    return photo(f"{PHRASE} {DOCTOR}"), letter()


def go_the_whole_way(room, papers):
    """Words, two kinds of file, opened, asked again, opened."""
    row = make_case(room)
    with employee_locked(employee_id=row.employee_id):
        evidence.seal_words(HealthDossier.objects.get(request=row), WORDS, now=NOW)
    hand_in(row, room.asker, papers[0])
    look(row, room.reviewer)
    words = Evidence.objects.get(is_words=True)
    opening.open_words(
        actor=room.reviewer, vault=vault_of(room.reviewer), evidence_id=words.pk, now=NOW
    )
    short = Finding(verdict=Verdict.NOT_ENOUGH, missing=(Missing.DATES,))
    attest(row, room.reviewer, short)
    hand_in(row, room.asker, papers[1])
    look(row, room.reviewer)
    return row


@pytest.fixture
def told(room, papers):
    """A request that has gone the whole way to the last verdict."""
    return go_the_whole_way(room, papers)


def findings(records):
    return [
        name
        for record in records
        for name, value in record.named()
        if any(word in value for word in PLANTED)
    ]


def finish(room, row):
    attest(row, room.reviewer, Finding(verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR))


def test_no_table_no_dump_no_redis_holds_a_word_of_it(room, told):
    finish(room, told)

    assert findings(read_tables()) == []
    assert findings(dump_database()) == []
    assert findings(read_redis()) == []


def test_the_search_would_find_it(room, told):
    """Planted in an open column, the same search goes red."""
    type(told).objects.filter(pk=told.pk).update(pay_bands=[["2026-11-23", DOCTOR]])

    assert findings(read_tables()) == ["leave_leaverequest.pay_bands"]


def test_no_log_line_holds_a_word_of_it(room, papers, caplog, capfd):
    caplog.set_level(logging.DEBUG)

    finish(room, go_the_whole_way(room, papers))

    logging.getLogger("portal").warning("somebody listens")
    heard = caplog.text + "".join(capfd.readouterr())
    assert "somebody listens" in heard
    assert not any(word.decode("latin-1") in heard for word in PLANTED)


def test_what_leaves_the_house_holds_none_of_it(room, told):
    finish(room, told)

    rows = list_attested(actor=room.hr, first=MONDAY, last=MONDAY)
    paper = attestation_pdf(actor=room.hr, request_id=told.pk)
    for leaving in (attested_csv(rows), attested_json(rows), paper):
        assert not any(word in leaving for word in PLANTED)


def test_no_repr_holds_a_word_of_it(room, told):
    shown = [
        told,
        *Evidence.objects.all(),
        *EvidencePage.objects.all(),
        *EvidenceKey.objects.all(),
        list_reviews(actor=room.reviewer, now=NOW),
        get_review_page(actor=room.reviewer, request_id=told.pk, now=NOW),
    ]

    assert not any(word.decode("latin-1") in repr(shown) for word in PLANTED)
    assert room.employee.user.full_name not in repr(shown)


def test_an_error_on_the_way_says_nothing(room, told):
    page = EvidencePage.objects.filter(evidence__is_words=True).get()
    EvidencePage.objects.filter(pk=page.pk).update(sealed=page.sealed[:-1] + b"\0")
    try:
        opening.open_words(
            actor=room.reviewer,
            vault=vault_of(room.reviewer),
            evidence_id=page.evidence_id,
            now=NOW,
        )
    except EvidenceUnreadable:
        text = traceback.format_exc()
    assert not any(word.decode("latin-1") in text for word in PLANTED)


class Closed:
    """What a process has while nobody has unlocked anything."""

    def open(self, _blob, *_context):
        raise Locked


def test_a_process_without_the_vault_opens_nothing(room, told):
    piece = Evidence.objects.filter(is_words=False).order_by("-number").first()

    with pytest.raises(Locked):
        opening.open_page(
            actor=room.reviewer, vault=Closed(), evidence_id=piece.pk, number=1, now=NOW
        )


def test_a_copy_of_the_database_with_all_keys_of_the_house_opens_nothing(room, told, settings):
    """Every key the house holds, and every byte that lies in the database, as a key."""
    from portal.vault import keys

    house = [
        keys.index_key(),
        keys.newest_row_key()[1],
        keys.publish_key(),
        keys.audit_key(),
        keys.notifier_private_key(),
        *(bytes(row.public_key) for row in PersonKey.objects.all()),
    ]
    for sealed in EvidenceKey.objects.all():
        for secret in house:
            with pytest.raises(CannotOpen):
                primitives.unbox(
                    secret,
                    sealed.sealed_key,
                    "person",
                    *evidence.key_context(sealed.evidence_id),
                )
    for page in EvidencePage.objects.all():
        for secret in house:
            with pytest.raises(CannotOpen):
                open_document(
                    key=secret,
                    blob=page.sealed,
                    context=evidence.page_context(page.evidence_id, page.number),
                )


def test_with_her_own_vault_it_does_open(room, told):
    """The search above would be worth nothing if nobody could open it."""
    words = Evidence.objects.get(is_words=True)

    opened = opening.open_words(
        actor=room.reviewer, vault=vault_of(room.reviewer), evidence_id=words.pk, now=NOW
    )

    assert PHRASE in opened


def test_a_size_tells_nothing_of_a_text(room):
    """One word and a page of words are as long in the table."""
    lengths = set()
    for text in ("a", "a" * 4000):
        row = make_case(room, state=State.DECISION)
        with employee_locked(employee_id=row.employee_id):
            piece = evidence.seal_words(HealthDossier.objects.get(request=row), text, now=NOW)
        lengths.add(len(EvidencePage.objects.get(evidence=piece).sealed))
    assert len(lengths) == 1
