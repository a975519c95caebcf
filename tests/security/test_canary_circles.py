"""
What people type around a circle is nowhere: random words, looked for in every exit.

Members join, wait, ask, worry and avoid; facilitators announce, note, debrief and hand on. All
of it goes through the pages. Then the dump, Redis, the mails and the log are searched, and each
table of the room is made to leak once.
"""

import random
import re
import string
import time
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from groups.choices import JoinPolicy, Visibility, Way
from groups.models import Announcement, Enrolment, MeetingNote, SealedCopy, SupportGroup
from groups.services import meetings, sweeping, tidying
from portal.audit import services as audit
from portal.common.redis import client as redis
from portal.notifications import services as notifications
from portal.people.models import User
from tests.factories import PASSPHRASE, account
from tests.security.test_canary import EMPLOYEE_SIDE, House, Secrets
from tests.support.exits import search, written_log
from tests.support.groups import (
    Circle,
    enrolment_of,
    give_vault,
    make_circle,
    make_duty,
    make_member_account,
)
from tests.support.walks import Walker, sign_in, walker

PEOPLE = 6
ZONE = ZoneInfo("Asia/Jakarta")


def _account(secrets: Secrets, number: int, circle: Circle) -> User:
    """Make an employee of a random name, NIP and address."""
    actor = make_member_account(circle)
    first = secrets.word(f"name {number}", allowed=("people_user.full_name",)).title()
    nip = "19" + "".join(random.choices(string.digits, k=16))
    User.objects.filter(pk=actor.user_id).update(nip=nip, full_name=f"{first} Putri")
    user = User.objects.get(pk=actor.user_id)
    secrets.keep(f"Name {number}", first, "people_user.full_name")
    secrets.keep(f"nip {number}", nip, "people_user.nip")
    secrets.keep(f"user id {number}", str(user.pk), *EMPLOYEE_SIDE)
    secrets.keep(f"user id bytes {number}", user.pk.bytes, *EMPLOYEE_SIDE)
    return user


def _member(secrets: Secrets, number: int, circle: Circle, person: Walker) -> None:
    """Join, take another nickname, choose an address, avoid somebody, hand a worry on."""
    page, path = person.page, f"/lingkar/{circle.group.pk}/"
    private = secrets.word(
        f"private {number}", allowed=("account_emailaddress.email", "mail.To")
    )
    person.private_address(f"{private}@rumah.test")
    masked = f"{private[0]}•••@rumah.test"
    sent = {"alias": secrets.word(f"alias {number}"), "agreement": "1", "way": "ONLINE",
            "words": ""}  # fmt: skip
    assert page.post(f"{path}ikut/", sent).status_code == 302
    for ending, data in (
        ("kabar", {"address": masked}),
        ("samaran", {"alias": secrets.word(f"second alias {number}")}),
        ("hindari", {"who": f"{secrets.word(f'avoided {number}')}@instansi.test"}),
        ("bicara", {"level": "RED", "text": f"{secrets.word(f'worry {number}')} diam sekali.",
                    "reader": "duty"}),
    ):  # fmt: skip
        answer = page.post(f"{path}{ending}/", data)
        assert answer.status_code in {302, 303}, (ending, answer.content.decode()[:2000])
    assert f"second alias {number}" in secrets.words
    for address in (path, "/", "/lingkar/", "/saya/", "/saya/kabar/", "/saya/data/"):
        answer = page.get(address)
        assert answer.status_code == 200
    assert secrets.words[f"second alias {number}"] in page.get(path).content.decode()


def _refused(secrets: Secrets, circle: Circle, person: Walker) -> None:
    """Type things that are not taken."""
    page, path = person.page, f"/lingkar/{circle.group.pk}/"
    long = " x" * 3000
    page.post(f"{path}samaran/", {"alias": secrets.word("refused alias") + long})
    page.post(f"{path}samaran/", {"alias": secrets.words["Name 0"]})
    page.post(f"{path}hindari/", {"who": secrets.word("refused who") + long})
    page.post(f"{path}bicara/", {"text": secrets.word("refused worry") + long, "level": "x"})
    page.post(f"{path}ikut/", {"code": secrets.word("refused code"), "agreement": "1"})
    page.get(f"/lingkar/{secrets.word('guessed circle')}/")


def _apply(secrets: Secrets, circle: Circle, person: Walker) -> None:
    """Ask to join where a talk comes first."""
    sent = {"alias": secrets.word("applicant"), "agreement": "1",
            "words": f"{secrets.word('application')}, boleh ikut?"}  # fmt: skip
    answer = person.page.post(f"/lingkar/{circle.group.pk}/ikut/", sent)
    assert answer.status_code == 302, answer.content.decode()[:2000]


def _crew(secrets: Secrets, circle: Circle, meeting_id: UUID, member: User) -> None:
    """Announce, give something to read, note, debrief, hand on; with a note that is refused."""
    page = walker(User.objects.get(pk=circle.lead.user_id), mfa=True).page
    group, meeting = f"/f/{circle.group.pk}/", f"/f/pertemuan/{meeting_id}/"
    row = enrolment_of(circle, account(member))
    title = secrets.word("reading title", allowed=("groups_resource.title",))
    reason = secrets.word("reason", allowed=("groups_announcement.urgent_reason",))
    sent = {
        f"{group}pengumuman/": {"text": secrets.word("announcement"), "urgent": "on",
                                "urgent_reason": reason},
        f"{group}bacaan/": {"title": title, "text": secrets.word("reading")},
        f"{meeting}catatan/": {"themes": ["SLEEP"], "mood": "CALM",
                               "text": f"Banyak yang {secrets.word('note')}."},
        f"{meeting}cerita/": {"feeling": "TIRED", "wants_talk": "on",
                              "text": secrets.word("debrief")},
        f"{meeting}serahkan/": {"who": str(row.pk), "level": "AMBER",
                                "text": f"{secrets.word('handed on')} sejak lama."},
        f"{meeting}kehadiran/": {"tap": f"{row.pk}|PRESENT"},
        f"{meeting}langkah/": {"block_no": "1"},
    }  # fmt: skip
    for path, data in sent.items():
        answer = page.post(path, data)
        assert answer.status_code in {302, 303}, (path, answer.content.decode()[:3000])
    alias = secrets.words["second alias 0"]
    refused = {"themes": [], "mood": "", "text": f"{secrets.word('refused note')} kata {alias}"}
    assert page.post(f"{meeting}catatan/", refused).status_code == 200
    for path in (meeting, f"{group}anggota/", f"{group}pengumuman/", "/f/", "/j/"):
        assert page.get(path).status_code == 200
    code = page.post(f"{group}kode/").content.decode()
    found = re.search(r'class="code[^"]*"[^>]*>\s*([^<]+?)\s*<', code)
    assert found, "the code is not on its page"
    secrets.keep("invitation", found[1])
    secrets.keep("invitation without gaps", re.sub(r"[\s-]", "", found[1]))
    _room(secrets, page.post(f"{meeting}tautan/").content.decode())


def _room(secrets: Secrets, html: str) -> None:
    """Look for the last part of the online address, too."""
    [link] = set(re.findall(r'https://temu\.instansi\.test/lingkar[^"\s<]+', html))
    secret = re.split(r"[/?#=]", urlsplit(link).geturl().rstrip("/"))
    secrets.keep("room secret", max(secret[4:], key=len))


def _read(secrets: Secrets, duty: User) -> None:
    """Let the duty counsellor open what she was handed."""
    page = walker(duty, mfa=True).page
    assert page.post("/brankas/buka/", {"passphrase": PASSPHRASE}).status_code == 302
    listed = set(re.findall(r'href="(/j/[0-9a-f-]{36}/)"', page.get("/j/").content.decode()))
    texts = "".join(page.get(path).content.decode() for path in listed)
    assert secrets.words["worry 0"] in texts
    assert secrets.words["handed on"] in texts
    for path in sorted(listed)[:2]:
        assert page.post(f"{path}ambil/").status_code in {302, 303}


def _machinery() -> None:
    now = timezone.now()
    for moment in (now, now + timedelta(hours=1)):
        sweeping.sweep(now=moment)
        tidying.tidy(now=moment)
    notifications.plan_reminders(now=now)
    notifications.deliver_due(now=now, as_of=now + timedelta(days=2))
    audit.chain_events(now=now)


def _circles(secrets: Secrets, circle: Circle) -> Circle:
    """Give the circle its public words, and make another where a talk comes first."""
    public = {
        name: secrets.word(name, allowed=(f"groups_supportgroup.{name}",))
        for name in ("topic", "about", "room", "directions")
    }
    SupportGroup.objects.filter(pk=circle.group.pk).update(**public)
    screened = make_circle(
        agency=circle.agency, head=circle.head, join_policy=JoinPolicy.SCREENING,
        visibility=Visibility.UNLISTED,
    )  # fmt: skip
    for actor in (circle.lead, screened.lead):
        give_vault(actor.user_id)
    return screened


@pytest.fixture
def house(transactional_db, settings, tmp_path):
    """Let people and facilitators write everything there is to write."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    redis().flushdb()
    secrets, since = Secrets(), time.time()
    circle = make_circle(ways=(Way.ROOM, Way.ONLINE), capacity=PEOPLE)
    screened = _circles(secrets, circle)
    duty = User.objects.get(pk=make_duty(circle.agency).user_id)
    local = (timezone.now() + timedelta(minutes=10)).astimezone(ZONE)
    meeting_id = meetings.add_meeting(
        actor=circle.lead, group_id=circle.group.pk, day=local.date(),
        at=local.time().replace(second=0, microsecond=0), duration_minutes=90,
        ways=[Way.ROOM, Way.ONLINE], now=timezone.now(),
    )  # fmt: skip
    with written_log() as log:
        users = [_account(secrets, number, circle) for number in range(PEOPLE)]
        for number, user in enumerate(users):
            person = sign_in(user)
            _member(secrets, number, circle, person)
            if number == 0:
                _refused(secrets, circle, person)
                _apply(secrets, screened, person)
        _crew(secrets, circle, meeting_id, users[0])
        _read(secrets, duty)
        sign_in(users[1]).page.post(f"/lingkar/{circle.group.pk}/keluar/")
        _machinery()
        yield House(secrets, log, tmp_path, since)
    redis().flushdb()


def test_nothing_that_was_typed_around_a_circle_is_anywhere(house: House) -> None:
    records = house.exits()
    _exits_are_full(house, records)
    assert search(records, house.secrets.words, house.secrets.allowed) == []
    _each_table_that_leaks_is_caught(house)


def _exits_are_full(house: House, records) -> None:
    found = {record.where for record in records}
    assert found >= {
        "groups_enrolment", "groups_place", "groups_block", "groups_attendance",
        "groups_announcement", "groups_resource", "groups_meetingnote", "groups_debrief",
        "groups_concern", "groups_sealedcopy", "groups_invitation", "mail", "log", "redis",
        "notifications_notification", "notifications_addresschoice", "audit_clientevent",
    }  # fmt: skip
    labels = {hit.label for hit in search(records, house.secrets.words)}
    assert labels >= {"topic", "room", "reading title", "reason", "Name 0", "private 0"}
    assert len(house.secrets.words) > 60


def _each_table_that_leaks_is_caught(house: House) -> None:
    """Write a word past its seal, column by column; the checks let it through by its prefix."""
    words = {label: str(word).encode() for label, word in house.secrets.words.items()}
    planted = {
        "alias 2": (Enrolment, "alias", 1),
        "worry 3": (SealedCopy, "sealed", 1),
        "note": (MeetingNote, "text", 1),
        "announcement": (Announcement, "text", 1),
    }
    for label, (model, column, keep) in planted.items():
        row = model.objects.order_by("id").first()
        value = bytes(getattr(row, column))
        body = (words[label] * 300)[: len(value) - keep]
        model.objects.filter(pk=row.pk).update(**{column: value[:keep] + body})
    table = connection.ops.quote_name(SupportGroup._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET about = %s", [words["application"].decode()])
    caught = {(hit.label, hit.where.split(".")[0]) for hit in house.leaks()}
    assert caught >= {
        ("alias 2", "groups_enrolment"), ("worry 3", "groups_sealedcopy"),
        ("note", "groups_meetingnote"), ("announcement", "groups_announcement"),
        ("application", "groups_supportgroup"),
    }  # fmt: skip
