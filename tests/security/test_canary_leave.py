"""
Why somebody rests is nowhere: a whole sick leave, and every way out of the house after it.

She writes a few words, hands in a photo and a PDF that say a doctor's name in every corner they
have, and lives through review, consideration, decision, letter, plan, second thoughts and
revocation, all on the pages. Then every page of everybody around her is read, every paper
turned into text, and dump, Redis, mails, logs and temporary files are searched. Each exit is
made to leak once.
"""

import logging
import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.http import HttpResponse
from django.utils import timezone

from portal.audit import services as audit
from portal.celery import app
from portal.common.redis import client as redis
from portal.leave.models import Attestation, EvidencePage, LeaveRequest, LeaveType, Letter
from portal.leave.services import sweeping
from portal.notifications import services as notifications
from portal.papers.pages import read_certificate
from portal.people.models import BrowserSession, User
from tests.factories import NOW
from tests.security.test_canary import House, Secrets
from tests.support.clock import at, follow_the_clock
from tests.support.exits import Record, search, written_log
from tests.support.leave import open_room
from tests.support.leave_life import (
    Cast,
    ask,
    choose_mailboxes,
    code_in,
    consider,
    gather,
    grant_it,
    hand_in,
    id_in,
    paper,
    photo,
    plan_return,
    review,
    revoke,
    subscribe,
    upload,
    want_and_keep,
)
from tests.support.leave_read import EVERYBODY, read_everything, said

NOT_TOLD = ("manager", "director", "peer", "admin", "dpo", "head", "anonymous")
"""Who learns dates at most."""
KIND = re.compile(
    rb"\b(cuti[ -](sakit|tahunan)|(sick|annual)[ -]leave|SICK|ANNUAL|EVIDENCE\w*)\b"
    rb'|class="[^"]*\b(sick|sakit|annual|tahunan|medi[cs]|evidence)',
    re.IGNORECASE,
)
OF_HER_OWN = ("leave:ask", "leave:own", "privacy:leave-data")
"""What anybody sees of her own leave and of the kinds she could ask for."""
IN_GENERAL = (*OF_HER_OWN, "leave:team-guide", "home:", "privacy:", "people:")
"""Pages that speak of leave in general, the same to everybody."""


@dataclass
class Told(House):
    """What happened, who was around, and what every page and paper said."""

    cast: Cast
    request_id: object
    read: list[Record]
    tokens: dict[str, dict[str, str]]
    kinds: Secrets

    def everywhere(self) -> list[Record]:
        """Read all exits, PostgreSQL's own log among them, and what the pages said."""
        server = Path(os.environ["TEDUH_HOME"]) / "log" / "postgresql.log"
        lines = server.read_bytes() if server.exists() else b""
        return [*self.exits(), Record("server log", (("lines", lines),)), *self.read]


def _machinery() -> None:
    now = timezone.now()
    for moment in (now, now + timedelta(hours=1)):
        sweeping.sweep(now=moment)
        sweeping.tidy(now=moment)
    notifications.deliver_due(now=now, as_of=now + timedelta(days=2))
    audit.chain_events(now=now)
    for line in app.conf.beat_schedule.values():
        app.send_task(line["task"], **{**line["options"], "expires": None})


def _name_the_kinds(kinds: Secrets) -> None:
    """Give the kinds of leave names that exist nowhere else."""
    for kind in LeaveType.objects.all():
        kind.name_id = f"Cuti {kinds.word(f'kind {kind.code}')}"
        kind.name_en = f"Leave {kinds.word(f'Kind {kind.code}')}"
        kind.code = kinds.word(f"code {kind.code}")[:12]
        kind.save()


def _papers(secrets: Secrets) -> tuple[bytes, bytes]:
    """Return a photo and a PDF with planted words, and look for their pixels as well."""
    doctor = secrets.word("doctor")
    files = photo(f"{doctor} Sp.KJ"), paper(secrets.word("doctor in the PDF"))
    for label, data in zip(("photo", "PDF"), files, strict=True):
        page = read_certificate(data=data).pages[0]
        secrets.keep(f"pixels of the {label}", page[len(page) // 2 :][:48])
        secrets.keep(f"{label} as handed in", data[-80:-32])
    return files


def _refused(secrets: Secrets, cast: Cast) -> None:
    """Type what is not taken: no first day, too long, not a certificate, another's address."""
    page = cast.page("owner")
    words = secrets.word("refused words")
    for sent in ({"start": "OTHER", "words": words}, {"words": words + " x" * 3000}):
        back = page.post("/cuti/baru/", {"length": "ONE", "certificate": "NOW", **sent})
        assert back.status_code == 200
    page.post("/cuti/kirim/", {"words": secrets.word("words sent too early")})
    page.get(f"/cuti/{secrets.word('guessed path')}/?q={secrets.word('guessed query')}")


def _live(secrets: Secrets, cast: Cast, files: tuple[bytes, bytes]) -> object:
    """Live through all of it and return the request."""
    page, name = cast.page("owner"), secrets.word("file name")
    checked, done = ask(
        page, words=f"{secrets.word('reason')} sulit tidur", purpose="MISCARRIAGE",
        address=secrets.word("address", allowed=_ADDRESS), phone="0812000111",
    )  # fmt: skip
    assert secrets.words["reason"] in checked.content.decode()
    request_id = id_in(done)
    junk = upload(f"{name}.pdf", secrets.word("junk").encode() * 900)
    assert page.post(f"/cuti/{request_id}/surat/", {"papers": [junk]}).status_code == 200
    hand_in(page, request_id, upload(f"{name}.jpg", files[0]))
    case = review(cast, request_id, upload(f"{name}.pdf", files[1]))
    assert secrets.words["reason"] in case.content.decode(), "the reviewer cannot read it"
    consider(cast, request_id)
    return request_id


_ADDRESS = (
    "page owner leave:leave-form.text", "page owner leave:change.body",
    "page owner leave:resubmit.body", "page hr leave:desk-form.text",
    "page official leave:desk-form.text", "page owner privacy:leave-data.body",
)  # fmt: skip
"""The form of the civil service prints the address during leave; she takes her own data out."""


def _a_second_one(secrets: Secrets, cast: Cast) -> None:
    """Let a colleague ask with words, hand in, and take it back."""
    page = cast.page("peer")
    _, done = ask(page, words=secrets.word("reason withdrawn"), start="MONDAY")
    request_id = id_in(done)
    hand_in(page, request_id, upload("x.jpg", photo(secrets.word("doctor withdrawn"))))
    row = LeaveRequest.objects.get(pk=request_id)
    answer = page.post(f"/cuti/{request_id}/tarik/", {"version": row.version})
    assert answer.status_code == 302


def _extend(secrets: Secrets, cast: Cast, request_id: object) -> None:
    """Ask for more days, with words of their own."""
    _, done = ask(
        cast.page("owner"), start="OTHER", start_day="2026-11-27", length="ONE",
        certificate="LATER", words=secrets.word("reason of more days"),
        continues=str(request_id),
    )  # fmt: skip
    assert done.status_code == 302


def _addresses(secrets: Secrets, cast: Cast, request_id: object) -> dict[str, dict[str, str]]:
    """Make calendar addresses; what stands in them and on the letter is nowhere else."""
    found = subscribe(cast)
    for name, token in found.items():
        secrets.keep(f"calendar of {name}", token, f"page {name} leave:calendars.body")
    code = code_in(cast.page("owner").get(f"/cuti/{request_id}/dokumen/").content)
    papers = [
        f"page {who} leave:{page}.{part}"
        for who in ("owner", "hr", "official")
        for page in ("letter", "leave-form", "desk-letter", "desk-form")
        for part in ("text", "body")
    ]
    checked = [f"page {who} leave:check.body" for who in EVERYBODY]
    secrets.keep("code on the letter", code, *papers, *checked)
    return {"leave:feed": {"token": found["owner"]}, "leave:check": {"token": code},
            "manager": {"token": found["manager"]}}  # fmt: skip


@contextmanager
def _a_place(settings, tmp_path, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.LANGUAGE_CODE = "id"
    follow_the_clock(monkeypatch)
    redis().flushdb()
    with written_log() as log:
        yield log
    redis().flushdb()


@pytest.fixture
def house(transactional_db, settings, tmp_path, monkeypatch):
    """Let a sick leave happen, and read whatever anybody could."""
    secrets, kinds, since = Secrets(), Secrets(), time.time()
    with _a_place(settings, tmp_path, monkeypatch) as log:
        with at(NOW):
            cast = gather(open_room())
            choose_mailboxes(cast)
            _name_the_kinds(kinds)
            files = _papers(secrets)
            _refused(secrets, cast)
            request_id = _live(secrets, cast, files)
        with at(NOW + timedelta(hours=2)):
            cast.come_back()
            grant_it(cast, request_id)
            cast.unlock("reviewer")
            plan_return(cast, request_id)
            tokens = _addresses(secrets, cast, request_id)
            _machinery()
            read = read_everything(cast, request_id, tokens)
        with at(NOW + timedelta(days=1, hours=2)):
            cast.come_back()
            want_and_keep(cast, request_id)
            _a_second_one(secrets, cast)
            _extend(secrets, cast, request_id)
            revoke(cast, request_id)
            _machinery()
            read += read_everything(cast, request_id, tokens)
            yield Told(secrets, log, tmp_path, since, cast, request_id, read, tokens, kinds)


def test_why_somebody_rests_is_nowhere(house: Told) -> None:
    records = house.everywhere()
    _exits_are_full(house, records)
    assert search(records, house.secrets.words, house.secrets.allowed) == []
    _no_kind_is_told(house, records)
    _purpose_is_nowhere(records)
    _each_exit_that_leaks_is_caught(house)


def _exits_are_full(house: Told, records: list[Record]) -> None:
    """A search of nothing finds nothing."""
    found = {record.where for record in records}
    assert found >= {
        "leave_leaverequest", "leave_evidencepage", "leave_evidencekey", "leave_attestation",
        "leave_letter", "leave_decision", "leave_consideration", "leave_caseevent",
        "leave_returnplan", "leave_revocation", "audit_staffevent", "people_browsersession",
        "notifications_notification", "mail", "log", "redis", "dump", "server log",
    }  # fmt: skip
    name = b"Pegawai Contoh"
    shown = {
        record.where for record in records
        if any(name in b" ".join(value.split()) for _, value in record.named())
    }  # fmt: skip
    assert shown >= {
        "page owner leave:letter", "page owner leave:leave-form", "page manager leave:team",
        "page reviewer leave:review",
        "file payroll", "page manager leave:plan-manager", "page manager leave:feed",
    }  # fmt: skip
    read = {hit.where for hit in search(records, house.secrets.words)}
    assert "page owner leave:leave-form.text" in read, "the form is not read as text"
    assert len(house.secrets.words) >= 15


def _no_kind_is_told(house: Told, records: list[Record]) -> None:
    """Superiors, peers and machines of the house learn dates, never the kind."""
    quiet = [
        record
        for record in records
        if (record.where.startswith(tuple(f"page {one} " for one in NOT_TOLD))
            and not record.where.endswith(OF_HER_OWN))
        or record.where in {"mail", "log", "redis", "server log", "file payroll",
                            "notifications_notification", "notifications_delivery",
                            "audit_staffevent", "people_browsersession"}
    ]  # fmt: skip
    assert search(quiet, house.kinds.words) == []
    assert _kinds_in(quiet) == []
    spoken = said("page manager leave:team", HttpResponse('<p class="sick">Cuti sakit</p>'))
    assert _kinds_in([spoken]) == ["page manager leave:team.body"]
    told = {hit.where for hit in search(records, house.kinds.words)}
    assert "page owner leave:request.body" in told, "the kinds have no names"


def _kinds_in(records: list[Record]) -> list[str]:
    """Return where a page about somebody's leave says a kind, in words or in a class."""
    return [
        where
        for record in records
        if record.where.startswith("page ")
        and not record.where.split()[2].startswith(IN_GENERAL)
        for where, value in record.named()
        if KIND.search(value)
    ]


def _purpose_is_nowhere(records: list[Record]) -> None:
    """What the leave is for lies sealed; the word stands on pages that ask, and no other."""
    rest = [record for record in records if not record.where.endswith(
        ("leave:ask", "leave:change", "leave:extend", "leave:resubmit", "leave:send")
    )]  # fmt: skip
    assert search(rest, {"purpose": "MISCARRIAGE"}) == []


def _each_exit_that_leaks_is_caught(house: Told) -> None:
    """Plant a word in one exit after another; each has to be found where it was planted."""
    words = {label: str(word) for label, word in house.secrets.words.items()}
    logging.getLogger("teduh").info("%s", words["reason"], extra={"neutral": True})
    leaf = EvidencePage.objects.order_by("id").first()
    body = (words["doctor in the PDF"].encode() * 9000)[: len(leaf.sealed) - 1]
    EvidencePage.objects.filter(pk=leaf.pk).update(sealed=leaf.sealed[:1] + body)
    Letter.objects.update(number=words["file name"])
    Attestation.objects.filter(stands=True).update(number=words["doctor withdrawn"])
    app.send_task("portal.leave.tasks.tidy", kwargs={"note": words["refused words"]})
    (house.mails / "leak.log").write_bytes(b"To: x@y.test\n\n" + words["junk"].encode())
    User.objects.filter(pk=house.cast.users["owner"].pk).update(
        full_name=f"Pegawai {words['reason of more days']}"
    )
    with NamedTemporaryFile(prefix="upload") as spooled:
        spooled.write(words["guessed path"].encode())
        spooled.flush()
        house.read = read_everything(house.cast, house.request_id, house.tokens)
        _spoil_seals(house, words)
        caught = {(hit.label, hit.where.rpartition(".")[0])
                  for hit in search(house.everywhere(), house.secrets.words)}  # fmt: skip
    assert caught >= {
        ("reason", "log"), ("doctor", "people_browsersession"),
        ("doctor in the PDF", "leave_evidencepage"),
        ("reason withdrawn", "leave_leaverequest"), ("refused words", "redis"),
        ("junk", "mail"), ("guessed path", "temp"), ("file name", "leave_letter"),
        ("file name", "page anonymous leave:check"),
        ("doctor withdrawn", "file attested csv"),
        ("reason of more days", "page owner leave:leave-form"),
        ("reason of more days", "page manager leave:team"),
    }  # fmt: skip


def _spoil_seals(house: Told, words: dict[str, str]) -> None:
    """Write past the seals of a session and of somebody's wishes; nobody could open them."""
    session = BrowserSession.objects.first()
    sealed = session.sealed[:1] + words["doctor"].encode() * 20
    BrowserSession.objects.filter(pk=session.pk).update(sealed=sealed)
    row = LeaveRequest.objects.get(employee__user=house.cast.users["peer"])
    before = bytes(row.sealed_details)
    body = (words["reason withdrawn"].encode() * 99)[: len(before) - 8]
    LeaveRequest.objects.filter(pk=row.pk).update(sealed_details=before[:8] + body)


def test_a_word_on_a_paper_is_found() -> None:
    """Text, metadata and packed streams of a PDF are looked into, and the bytes of a photo."""
    text = said("paper", HttpResponse(paper("rahasiasekali")))
    assert {hit.where for hit in search([text], {"word": "rahasiasekali"})} == {
        "paper.body", "paper.text", "paper.metadata",
    }  # fmt: skip
    shown = said("photo", HttpResponse(photo("rahasiasekali")))
    assert {hit.form for hit in search([shown], {"word": "rahasiasekali"})} >= {"plain"}
