"""A sick leave from its first question to its revocation, pressed through the pages."""

import io
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from uuid import UUID

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from portal.leave.choices import Issuer, Missing, RevokeReason, State, Verdict
from portal.leave.models import Consideration, Decision, Evidence, LeaveRequest
from portal.leave.notices import DESK, MANAGER, OWN, REVIEWER
from portal.leave.rules.deciding import UNDO_FOR
from portal.leave.services import sweeping
from portal.notifications import services as notifications
from portal.people.choices import Role
from portal.people.models import User
from tests.factories import PASSPHRASE, grant, make_employee
from tests.support.browsers import browser
from tests.support.leave import Room
from tests.support.scans import exif, pdf, stream

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
MAILED = {
    "owner": (OWN,), "peer": (OWN,), "manager": (MANAGER,), "director": (MANAGER,),
    "reviewer": (REVIEWER,), "other_reviewer": (REVIEWER,), "hr": (DESK,), "official": (DESK,),
}  # fmt: skip
"""In which of their inboxes people want a mail."""
STAFF = {"admin": Role.ADMIN, "dpo": Role.DPO, "head": Role.HEAD}


@dataclass
class Cast:
    """Everybody around one leave, each at a browser of her own."""

    room: Room
    users: dict[str, User]
    pages: dict[str, Client] = field(default_factory=dict)

    def page(self, name: str) -> Client:
        """Return somebody's browser; the first time it is opened she signs in."""
        if name not in self.pages:
            self.pages[name] = browser(self.users.get(name), mfa=True)
        return self.pages[name]

    def come_back(self) -> None:
        """Let everybody sign in anew: hours have passed, and sessions with them."""
        self.pages.clear()

    def unlock(self, name: str) -> None:
        """Open somebody's vault on the page."""
        answer = self.page(name).post("/brankas/buka/", {"passphrase": PASSPHRASE})
        assert answer.status_code == 302, answer.content.decode()[:2000]


def gather(room: Room) -> Cast:
    """Name the people of a room, and those who only stand around."""
    users = {
        "owner": room.employee.user,
        "manager": room.manager.user,
        "director": room.director.user,
        "peer": make_employee(
            "sejawat", agency=room.agency, unit=room.unit, manager=room.manager
        ).user,
        **{
            name: User.objects.get(pk=getattr(room, name).user_id)
            for name in ("hr", "official", "reviewer", "other_reviewer")
        },
    }
    for name, role in STAFF.items():
        users[name] = make_employee(name, agency=room.agency).user
        grant(users[name], room.agency, role)
    return Cast(room, users)


def choose_mailboxes(cast: Cast) -> None:
    """Let everybody around a leave be told at a private address, whatever there is to tell."""
    for name, spaces in MAILED.items():
        user = cast.users[name]
        address = f"{user.pk}@rumah.test"
        user.emailaddress_set.create(email=address, verified=True)
        for space in spaces:
            notifications.choose_address(
                namespace=space, user_id=user.pk, address=address, now=timezone.now()
            )


def photo(words: str) -> bytes:
    """Return a photographed certificate: words one sees, and words in its EXIF."""
    image = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(image).text((20, 20), f"Surat keterangan\ndr. {words}", fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif(words=words))
    return out.getvalue()


def paper(words: str) -> bytes:
    """Return a certificate as a PDF that says words in text, metadata, a note and a file."""
    said = words.encode()
    more = (
        b"<< /Title (%s) /Author (%s) /Subject (%s) >>" % (said, said, said),
        stream(b"<x:xmpmeta>%s</x:xmpmeta>" % said, b"/Type /Metadata /Subtype /XML"),
        stream(said, b"/Type /EmbeddedFile"),
        b"<< /Type /Filespec /F (%s.txt) /EF << /F 5 0 R >> >>" % said,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return pdf(
        b"BT /F1 12 Tf 10 300 Td (dr. %s) Tj ET" % said,
        catalog=b"/Metadata 4 0 R /Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>",
        page=b"/Resources << /Font << /F1 7 0 R >> >>",
        trailer=b"/Info 3 0 R",
        more=more,
    )


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it, under the name it has on somebody's disk."""
    return SimpleUploadedFile(name, content)


def hidden(page: HttpResponse) -> dict[str, str]:
    """Return what a page carries in hidden fields."""
    return {
        unescape(name): unescape(value)
        for name, value in _HIDDEN.findall(page.content.decode())
        if name != "csrfmiddlewaretoken"
    }


def ask(person: Client, **answers: str) -> tuple[HttpResponse, HttpResponse]:
    """Answer the questions, check, send; return the check page and where it led."""
    first = person.get("/cuti/baru/")
    sent = {"start": "TOMORROW", "length": "THREE", "certificate": "NOW", **answers}
    checked = person.post("/cuti/baru/", {**hidden(first), **sent})
    assert checked.status_code == 200
    done = person.post("/cuti/kirim/", hidden(checked))
    assert done.status_code == 302, done.content.decode()[:3000]
    return checked, done


def id_in(answer: HttpResponse) -> UUID:
    """Return the id in the address an answer led to."""
    return UUID(answer.headers["Location"].split("/")[2])


def hand_in(person: Client, request_id: UUID, *files: SimpleUploadedFile) -> None:
    """Hand a certificate in on its page."""
    answer = person.post(f"/cuti/{request_id}/surat/", {"papers": list(files)})
    assert answer.status_code == 302, answer.content.decode()[:3000]


def look(cast: Cast, request_id: UUID) -> HttpResponse:
    """Let the reviewer open the case and every page of what was handed in."""
    page = cast.page("reviewer")
    case = page.get(f"/m/{request_id}/")
    pieces = Evidence.objects.filter(dossier__request=request_id, is_words=False)
    for piece in pieces:
        for number in range(1, piece.pages + 1):
            answer = page.get(f"/m/halaman/{piece.pk}/{number}/")
            assert answer.status_code == 200
    return case


def send_verdict(cast: Cast, request_id: UUID, **chosen: object) -> None:
    """Send the reviewer's verdict."""
    piece = Evidence.objects.filter(dossier__request=request_id).latest("number")
    answer = cast.page("reviewer").post(f"/m/{request_id}/", {"piece": piece.number, **chosen})
    assert answer.status_code == 302, answer.content.decode()[:3000]


def review(cast: Cast, request_id: UUID, *again: SimpleUploadedFile) -> HttpResponse:
    """Take the case, ask for one thing more, get it, and find it enough."""
    page = cast.page("reviewer")
    cast.unlock("reviewer")
    assert page.post(f"/m/{request_id}/ambil/").status_code == 302
    look(cast, request_id)
    send_verdict(
        cast, request_id, verdict=Verdict.NOT_ENOUGH, missing=[Missing.DATES, Missing.LEGIBLE]
    )
    hand_in(cast.page("owner"), request_id, *again)
    case = look(cast, request_id)
    send_verdict(cast, request_id, verdict=Verdict.ENOUGH, issuer=Issuer.DOCTOR)
    return case


def consider(cast: Cast, request_id: UUID) -> UUID:
    """Let the line manager agree on her page, and return the question."""
    question = Consideration.objects.filter(request=request_id).latest("step")
    page = cast.page("manager")
    assert page.get(f"/t/{question.pk}/").status_code == 200
    answer = page.post(f"/t/{question.pk}/", {"opinion": "AGREED"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return question.pk


def grant_it(cast: Cast, request_id: UUID) -> UUID:
    """Decide, take it back, decide again, and let the ten minutes pass; return the decision."""
    page = cast.page("official")
    for number in range(2):
        row = LeaveRequest.objects.get(pk=request_id)
        assert row.state == State.DECISION, row.state
        assert page.get(f"/h/{request_id}/putus/").status_code == 200
        press(page, f"/h/{request_id}/putus/", hasil="GRANT", version=row.version)
        decision = Decision.objects.exclude(state="UNDONE").get(request=request_id)
        if number == 0:
            press(page, f"/h/putusan/{decision.pk}/urungkan/")
    sweeping.sweep(now=timezone.now() + UNDO_FOR)
    assert LeaveRequest.objects.get(pk=request_id).state == State.GRANTED
    return decision.pk


def press(page: Client, path: str, **sent: object) -> HttpResponse:
    """Press a button that leads on."""
    answer = page.post(path, sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer


def plan_return(cast: Cast, request_id: UUID) -> UUID:
    """Propose to come back in stages, and let the other two agree."""
    page = cast.page("owner")
    path = f"/cuti/{request_id}/kembali/"
    first = page.get(path)
    assert first.status_code == 200, (first.status_code, first.headers)
    form = first.context["form"]
    filled = {name: form.initial.get(name) for name in form.fields}
    sent = {name: value for name, value in filled.items() if value not in (None, "")}
    sent |= {"restrictions": ["NO_NIGHT", "BREAKS"]}
    answer = page.post(path, sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    plan = LeaveRequest.objects.get(pk=request_id).plans.get()
    for name, way in (("reviewer", "m"), ("manager", "t")):
        plan.refresh_from_db()
        answer = cast.page(name).post(
            f"/{way}/rencana/{plan.pk}/", {"agree": "1", "version": plan.version}
        )
        assert answer.status_code == 302, answer.content.decode()[:3000]
    return plan.pk


def want_and_keep(cast: Cast, request_id: UUID) -> None:
    """Ask to cancel and to come back earlier; each time the desk lets it stay."""
    page, row = cast.page("owner"), LeaveRequest.objects.get(pk=request_id)
    last = row.last_day - timedelta(days=1)
    for path, more in (("batal", {}), ("pulang", {"last_day": last.isoformat()})):
        row.refresh_from_db()
        press(page, f"/cuti/{request_id}/{path}/", version=row.version, **more)
        row.refresh_from_db()
        assert row.state in {State.CANCEL_REQUESTED, State.EARLY_RETURN_REQUESTED}
        press(cast.page("official"), f"/h/{request_id}/tetap/", version=row.version)


def revoke(cast: Cast, request_id: UUID) -> None:
    """Let two people take the leave back."""
    path, row = f"/h/{request_id}/cabut/", LeaveRequest.objects.get(pk=request_id)
    sent = {"cabut-reason": RevokeReason.ERROR, "cabut-version": row.version}
    press(cast.page("official"), path, **sent)
    row.refresh_from_db()
    press(cast.page("hr"), f"{path}sah/", version=row.version)
    assert LeaveRequest.objects.get(pk=request_id).state == State.REVOKED


def files_of(cast: Cast) -> dict[str, HttpResponse]:
    """Return the files HR takes out of the house: for payroll, and for a system beside."""
    page, days = cast.page("hr"), {"first": "2026-11-23", "last": "2026-12-23"}
    attested = {f"keterangan-{name}": day for name, day in days.items()}
    found = {"payroll": page.post("/h/ekspor/gaji/", {"gaji-month": "2026-11"})}
    for kind in ("csv", "json"):
        found[f"attested {kind}"] = page.post(
            "/h/ekspor/keterangan/", {**attested, "keterangan-kind": kind}
        )
    for answer in found.values():
        assert "attachment" in answer.headers["Content-Disposition"], answer.content[:3000]
    return found


def subscribe(cast: Cast) -> dict[str, str]:
    """Let her and her manager make an address for a calendar; return the words in them."""
    tokens = {}
    for name, kind in (("owner", "saya"), ("manager", "bersama")):
        press(cast.page(name), f"/cuti/kalender/{kind}/baru/")
        shown = cast.page(name).get("/cuti/kalender/").content.decode()
        [tokens[name]] = set(re.findall(r"/kal/([\w-]+)\.ics", shown))
    return tokens


def code_in(letter: bytes) -> str:
    """Return the word in the address that is printed on a letter."""
    text = "".join(words_in(letter).split())
    return re.findall(r"/periksa/([\w-]{16,})", text)[0]


def words_in(data: bytes) -> str:
    """Return the text of a PDF."""
    document = pypdfium2.PdfDocument(data)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text.replace("\ufffe", "")


def rows_of(request_id: UUID) -> dict[str, object]:
    """Return the rows of a leave by the names they have in addresses."""
    row = LeaveRequest.objects.get(pk=request_id)
    asked = Consideration.objects.filter(request=row).latest("step")
    decided = Decision.objects.filter(request=row).latest("decided_at")
    piece = Evidence.objects.filter(dossier__request=row, is_words=False).latest("number")
    plan = row.plans.first()
    return {
        "request_id": request_id, "consideration_id": asked.pk, "decision_id": decided.pk,
        "evidence_id": piece.pk, "number": 1, "employee_id": row.employee_id,
        "leave_type_id": row.leave_type_id,
        **({"plan_id": plan.pk} if plan else {}),
    }  # fmt: skip
