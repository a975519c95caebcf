"""
The leave of the demo, made through the services as its people would make it.

`seed_demo` calls it with the accounts it has made. Idempotent: once the room is open nothing is
added, so that a second start keeps what visitors did.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

from PIL import Image, ImageDraw

from portal.calendars.rules import local_day
from portal.leave.choices import (
    Certificate,
    Family,
    Issuer,
    Mode,
    Opinion,
    Outcome,
    Profile,
    Verdict,
)
from portal.leave.models import (
    Consideration,
    Evidence,
    EvidenceOpening,
    LeaveDesk,
    LeaveRequest,
)
from portal.leave.rules.asking import LeaveAsk
from portal.leave.rules.attesting import Finding
from portal.leave.rules.deciding import Ruling
from portal.leave.services.attestations import attest
from portal.leave.services.considerations import consider
from portal.leave.services.decisions import decide, sign_now
from portal.leave.services.decrees import DecreeTerms, enter_decree
from portal.leave.services.evidence import hand_in
from portal.leave.services.opening import take_on
from portal.leave.services.requests import submit_leave_request
from portal.leave.services.setup import open_desk
from portal.people.actors import Account
from portal.people.choices import Role
from portal.people.models import Agency, Employee

MakeAccount = Callable[..., Account]
"""Returns somebody as the services see her: an account id, then the roles she holds."""


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who plays which part."""

    hr: Account
    official: Account
    reviewer: Account


def seed_leave(
    *,
    agency: Agency,
    people: Mapping[str, UUID],
    members: list[UUID],
    account: MakeAccount,
    now: datetime,
) -> None:
    """Open the room, put decrees on file, and leave something on every desk."""
    if LeaveDesk.objects.filter(agency=agency).exists():
        return
    cast = _Cast(
        hr=account(people["maya"], Role.HR),
        official=account(people["ratih"], Role.HR, Role.OFFICIAL),
        reviewer=account(people["putri"], Role.REVIEWER),
    )
    _lines(people, members)
    _open(cast, now=now)
    today = local_day(now, agency.zone)
    monday = today + timedelta(days=8 - today.isoweekday())
    ayu, dimas, fitri = (account(one) for one in members[1:4])
    bram, yosef = account(people["bram"]), account(people["yosef"])
    agus = account(people["agus"])
    # For Agus: a question about dates.
    _ask(ayu, monday + timedelta(days=7), 3, now=now)
    # For Putri: a certificate to look at.
    sick = _ask(dimas, today, 3, certificate=Certificate.NOW, now=now)
    hand_in(actor=dimas, request_id=sick, files=[_paper(today, 3)], now=now)
    # For Maya and Ratih: one without and one with a verdict, both ready to be decided.
    _answer(_ask(bram, monday, 2, now=now), agus, now=now)
    attested = _ask(yosef, today, 5, certificate=Certificate.NOW, now=now)
    hand_in(actor=yosef, request_id=attested, files=[_paper(today, 5)], now=now)
    _attest(cast.reviewer, attested, now=now)
    _answer(attested, agus, now=now)
    # Somebody who is away just now.
    granted = _ask(fitri, today + timedelta(days=1), 4, now=now)
    _answer(granted, cast.official, now=now)
    _grant(cast.hr, granted, now=now)


def _lines(people: Mapping[str, UUID], members: list[UUID]) -> None:
    """Give everybody a superior: Agus to some, the head of staff to the others."""
    head = Employee.objects.get(user_id=people["ratih"])
    named = [people[handle] for handle in ("agus", "maya", "eko", "tirta")]
    Employee.objects.filter(user_id__in=[*named, *members[2:4]], manager=None).update(
        manager=head
    )
    agus = Employee.objects.get(user_id=people["agus"])
    led = [people["bram"], people["yosef"], members[1]]
    Employee.objects.filter(user_id__in=led, manager=None).update(manager=agus)


def _open(cast: _Cast, *, now: datetime) -> None:
    today = local_day(now, cast.hr.zone)
    open_desk(
        actor=cast.hr,
        mode=Mode.FULL,
        profile=Profile.ASN,
        reviewer_decree="KEP-12/BCN/2026",
        reviewer_decree_on=today - timedelta(days=200),
        all_sick_leave=True,
        retention_days=90,
        retention_basis="Jadwal Retensi Arsip BCN, butir 14",
        number_template="{no}/{kind}/BCN/{year}",
        place="Jakarta",
        now=now,
    )
    terms = DecreeTerms(
        number="KEP-7/BCN/2026",
        issued_on=today - timedelta(days=200),
        holder_id=cast.official.user_id,
        office="Sekretaris Badan",
        valid_from=today - timedelta(days=190),
        is_ppk=True,
    )
    enter_decree(actor=cast.hr, terms=terms, now=now)
    terms = DecreeTerms(
        number="KEP-8/BCN/2026",
        issued_on=today - timedelta(days=200),
        holder_id=cast.hr.user_id,
        office="a.n. Sekretaris Badan, Analis Kepegawaian",
        valid_from=today - timedelta(days=190),
        families=(Family.ANNUAL, Family.SICK),
    )
    enter_decree(actor=cast.official, terms=terms, now=now)


def _ask(
    actor: Account,
    first: date,
    days: int,
    *,
    certificate: Certificate = Certificate.NONE,
    now: datetime,
) -> UUID:
    return submit_leave_request(
        actor=actor,
        ask=LeaveAsk(
            first_day=first,
            last_day=first + timedelta(days=days - 1),
            certificate=certificate,
            key=uuid4(),
        ),
        now=now,
    )


def _answer(request_id: UUID, superior: Account, *, now: datetime) -> None:
    question = Consideration.objects.get(request_id=request_id)
    consider(actor=superior, consideration_id=question.pk, opinion=Opinion.AGREED, now=now)


def _attest(reviewer: Account, request_id: UUID, *, now: datetime) -> None:
    row = LeaveRequest.objects.get(pk=request_id)
    take_on(actor=reviewer, request_id=request_id, now=now)
    for piece in Evidence.objects.filter(dossier__request=row):
        EvidenceOpening.objects.create(
            evidence=piece, reviewer_id=reviewer.user_id, on_day=row.sent_on
        )
    found = Finding(
        verdict=Verdict.ENOUGH,
        covers_from=row.first_day,
        covers_until=row.last_day,
        issuer=Issuer.DOCTOR,
    )
    attest(actor=reviewer, request_id=request_id, ruling=found, now=now)


def _grant(officer: Account, request_id: UUID, *, now: datetime) -> None:
    row = LeaveRequest.objects.get(pk=request_id)
    ruling = Ruling(outcome=Outcome.GRANT, first_day=row.first_day, last_day=row.last_day)
    decision_id = decide(
        actor=officer, request_id=request_id, ruling=ruling, version=row.version, now=now
    )
    sign_now(actor=officer, decision_id=decision_id, now=now)


def _paper(first: date, days: int) -> bytes:
    """Draw a certificate of nobody in particular."""
    sheet = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(sheet)
    lines = (
        "SURAT KETERANGAN DOKTER (CONTOH)",
        "",
        f"Perlu istirahat selama {days} hari,",
        f"mulai {first:%d-%m-%Y}.",
        "",
        "Dokter Contoh, SIP 000/CONTOH",
    )
    for number, line in enumerate(lines):
        pen.text((140, 220 + 70 * number), line, fill="black", font_size=44)
    target = BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()
