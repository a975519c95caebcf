"""
What people type is nowhere: random words, put in through the pages, looked for in every exit.

Ten people book, and whatever a form of theirs takes holds a word that exists nowhere else.
Then the database is dumped from outside, Redis is read key by key, mails, log and temporary
files are opened; all is searched in every usual disguise. Each exit is made to leak once.
"""

import base64
import gzip
import json
import logging
import random
import string
import time
import zlib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.audit import services as audit
from portal.celery import app
from portal.common.redis import client as redis
from portal.notifications import services as notifications
from portal.people.choices import Role
from portal.people.models import BrowserSession, User
from portal.vault.services import open_with_passphrase
from tests.factories import PASSPHRASE, PASSWORD, grant, make_employee
from tests.support.exits import (
    Hit,
    Log,
    Record,
    disguises,
    dump_database,
    read_mails,
    read_redis,
    search,
    temporary_files,
    unpacked,
    written_log,
)
from tests.support.walks import Walker, open_practice, sign_in, unlocked, walker

PEOPLE = 10
EMPLOYEE_SIDE = frozenset({
    "people_user.id", "people_employee.user_id", "people_rolegrant.user_id",
    "people_rolegrant.granted_by_id", "people_activationslip.user_id",
    "vault_personkey.user_id", "account_emailaddress.user_id", "mfa_authenticator.user_id",
    "audit_staffevent.subject", "audit_staffevent.handle",
})  # fmt: skip
"""Where the id of an account may stand: among people, and in the record of staff deeds."""


@dataclass
class Secrets:
    """Every word that was typed, and where it may be found."""

    words: dict[str, str | bytes] = field(default_factory=dict)
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)

    def word(self, label: str, *, allowed: tuple[str, ...] = ()) -> str:
        """Make up a word that exists nowhere else."""
        made = "".join(random.choices(string.ascii_lowercase, k=16))
        self.keep(label, made, *allowed)
        return made

    def keep(self, label: str, word: str | bytes, *allowed: str) -> None:
        """Look for a word, too, outside the places where it belongs."""
        self.words[label] = word
        self.allowed[label] = frozenset(allowed)


@dataclass
class House:
    """What happened, and the ways out to look at."""

    secrets: Secrets
    log: Log
    mails: Path
    since: float

    def exits(self) -> list[Record]:
        """Read all exits."""
        return [
            *dump_database(), *read_redis(), *read_mails(self.mails), *self.log.records(),
            *temporary_files(self.since),
        ]  # fmt: skip

    def leaks(self) -> list[Hit]:
        """Return everything found outside of where it belongs."""
        return search(self.exits(), self.secrets.words, self.secrets.allowed)


def _person(secrets: Secrets, number: int, practice) -> User:
    first = secrets.word(f"name {number}", allowed=("people_user.full_name",))
    employee = make_employee("x", agency=practice.agency, full_name=f"{first.title()} Putri")
    user = employee.user
    nip = "19" + "".join(random.choices(string.digits, k=16))
    local = secrets.word(
        f"mail name {number}", allowed=("people_user.email", "account_emailaddress.email")
    )
    User.objects.filter(pk=user.pk).update(nip=nip, email=f"{local}@instansi.test")
    user.emailaddress_set.update(email=f"{local}@instansi.test")
    user.refresh_from_db()
    secrets.keep(f"nip {number}", nip, "people_user.nip")
    secrets.keep(f"Name {number}", first.title(), "people_user.full_name")
    secrets.keep(f"user id {number}", str(user.pk), *EMPLOYEE_SIDE)
    secrets.keep(f"user id bytes {number}", user.pk.bytes, *EMPLOYEE_SIDE)
    secrets.keep(f"user id hex {number}", user.pk.hex, *EMPLOYEE_SIDE)
    return user


def _book(secrets: Secrets, number: int, person: Walker) -> str:
    private = secrets.word(
        f"private {number}", allowed=("account_emailaddress.email", "mail.To")
    )
    person.private_address(f"{private}@rumah.test")
    page = person.page
    page.post("/temu/saring/", {"mode": "PHONE", "part": ""})
    page.post("/kata/")
    path = person.book(
        skip=number,
        alias=secrets.word(f"alias {number}"),
        name=secrets.word(f"own name {number}"),
        reach=secrets.word(f"reach {number}"),
        note=f"{secrets.word(f'note {number}')} sulit tidur",
    )
    title = secrets.word(f"calendar title {number}")
    assert (
        title.encode() in page.post(f"{path}kalender/", {"word": "own", "title": title}).content
    )
    for address in (path, "/", "/saya/", "/saya/kabar/", "/saya/data/", f"{path}pindah/"):
        assert page.get(address).status_code == 200
    return path


def _refused(secrets: Secrets, person: Walker, path: str) -> None:
    """Type things that are not taken: too long, too late, in the wrong place."""
    page = person.page
    lost = {
        name: secrets.word(f"refused {name}") + " x" * 3000
        for name in ("note", "name", "reach")
    }
    page.post(f"{path}pesan/", {**lost, "alias": secrets.word("refused alias")})
    page.post("/temu/", {"time": secrets.word("refused time"), **lost})
    page.post("/temu/saring/", {"mode": secrets.word("refused wish")})
    page.post(f"{path}kabar/", {"address": secrets.word("refused address")})
    page.get(f"/temu/{secrets.word('guessed path')}/")
    page.get(f"/{secrets.word('guessed page')}/?q={secrets.word('guessed query')}")


def _vault(secrets: Secrets, person: Walker) -> None:
    """Make a vault, type the code back, and mistype the passphrase afterwards."""
    phrase = f"{secrets.word('passphrase')} payung"
    page = person.page.post("/brankas/buat/", {"passphrase": phrase, "again": phrase})
    code = page.context["code"]
    secrets.keep("recovery code", code)
    secrets.keep("recovery code without gaps", "".join(code.split()).replace("-", ""))
    assert person.page.post("/brankas/buat/", {"code": code}).status_code == 302
    key = open_with_passphrase(user_id=person.user.pk, passphrase=phrase)
    secrets.keep("private key", key)
    assert person.page.post("/brankas/buka/", {"passphrase": phrase}).status_code == 302
    person.page.post("/brankas/kunci/")
    person.page.post("/brankas/buka/", {"passphrase": secrets.word("wrong passphrase")})


def _cookies(secrets: Secrets, label: str, person: Walker) -> None:
    """Look for what a browser holds: neither half alone may be found in the house."""
    for name, cookie in person.page.cookies.items():
        if name.startswith(("teduh", "vault")) and cookie.value:
            secrets.keep(f"cookie {name} of {label}", cookie.value)


def _strangers(secrets: Secrets, practice) -> None:
    """Knock where one is not known, and look for people as an administrator."""
    outside = Client()
    for _ in range(2):
        outside.post(
            "/masuk/",
            {
                "login": secrets.word("unknown login"),
                "password": secrets.word("tried password"),
            },
        )
    unknown = f"{secrets.word('unknown mail')}@rumah.test"
    outside.post("/akun/password/reset/", {"email": unknown})
    outside.post(
        "/akun/aktivasi/",
        {"nip": secrets.word("tried nip"), "code": secrets.word("tried code")},
    )
    outside.get(
        "/temu/", headers={"user-agent": secrets.word("browser"),
                           "referer": f"http://{secrets.word('referer')}/"},
        REMOTE_ADDR="203.0.113.77",
    )  # fmt: skip
    secrets.keep("address of a connection", "203.0.113.77")
    admin = make_employee("tata", agency=practice.agency).user
    grant(admin, practice.agency, Role.ADMIN)
    page = walker(admin, mfa=True).page
    page.post("/a/akun/", {"text": secrets.word("searched")})
    name = secrets.word("roster name")
    sheet = f"nip,nama,email,unit kode,unit nama\n199001012015011001,{name},,U1,Unit\n"
    file = SimpleUploadedFile("pegawai.csv", sheet.encode())
    seen = page.post("/a/pegawai/", {"agency": practice.agency.pk, "file": file})
    assert name in seen.content.decode(), "the upload was not read"
    large = SimpleUploadedFile("besar.csv", secrets.word("large upload").encode() * 200_000)
    page.post("/a/pegawai/", {"agency": practice.agency.pk, "file": large})


def _machinery() -> None:
    """Do what the clock would do in the background, and let beat publish once."""
    now = timezone.now()
    notifications.plan_reminders(now=now)
    notifications.deliver_due(now=now, as_of=now + timedelta(days=2))
    audit.chain_events(now=now)
    for line in app.conf.beat_schedule.values():
        app.send_task(line["task"], **{**line["options"], "expires": None})


@pytest.fixture
def house(transactional_db, settings, tmp_path):
    """Let ten people book, read, write and fail, and return what can be stolen."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    # Django's other handler spools large files to disk in plain.
    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]
    redis().flushdb()
    secrets, since = Secrets(), time.time()
    practice = open_practice()
    with written_log() as log:
        paths = []
        for number in range(PEOPLE):
            person = sign_in(_person(secrets, number, practice))
            paths.append(_book(secrets, number, person))
            _cookies(secrets, str(number), person)
            if number == 0:
                _refused(secrets, person, paths[0])
                _vault(secrets, person)
            if number == 1:
                person.move(paths[1], skip=20)
            if number == 2:
                person.cancel(paths[2])
        counsellor = unlocked(practice)
        secrets.keep("her passphrase", PASSPHRASE)
        secrets.keep("everybody's password", PASSWORD)
        _cookies(secrets, "the counsellor", counsellor)
        secrets.keep(
            "her private key",
            open_with_passphrase(user_id=counsellor.user.pk, passphrase=PASSPHRASE),
        )
        for path in (paths[0], paths[3]):
            page = counsellor.page.get(path.replace("/temu/", "/k/temu/"))
            assert secrets.words[f"note {paths.index(path)}"] in page.content.decode()
        _strangers(secrets, practice)
        _machinery()
        yield House(secrets, log, tmp_path, since)
    redis().flushdb()


def test_nothing_that_was_typed_is_anywhere(house: House) -> None:
    _exits_are_full(house)
    assert house.leaks() == []
    _each_exit_that_leaks_is_caught(house)


def _exits_are_full(house: House) -> None:
    """A search of nothing finds nothing: each exit has to hold what it should."""
    records = house.exits()
    found = {record.where for record in records}
    assert found >= {
        "people_user", "counselling_client", "counselling_appointment", "redis", "mail", "log",
        "notifications_notification", "audit_clientevent", "dump",
    }  # fmt: skip
    everywhere = search(records, house.secrets.words)
    labels = {hit.label for hit in everywhere}
    assert labels >= {f"{kind} {n}" for kind in ("Name", "user id") for n in range(PEOPLE)}
    assert any(hit.where == "mail.To" for hit in everywhere)
    assert len(house.secrets.words) > 100


def _each_exit_that_leaks_is_caught(house: House) -> None:
    words = {label: str(word) for label, word in house.secrets.words.items()}
    logging.getLogger("teduh").info("%s", words["note 4"], extra={"neutral": True})
    row = BrowserSession.objects.first()
    content = json.dumps({"note": words["note 5"]}).encode()
    BrowserSession.objects.filter(pk=row.pk).update(sealed=row.sealed[:1] + content * 12)
    app.send_task("counselling.tasks.tidy", kwargs={"note": words["note 6"]})
    redis().set("draft", disguises(words["note 7"])["base64 at 1"])
    (house.mails / "leak.log").write_bytes(b"To: x@y.test\n\n" + words["alias 8"].encode())
    with NamedTemporaryFile(prefix="upload") as spooled:
        spooled.write(gzip.compress(words["reach 9"].encode()))
        spooled.flush()
        caught = {(hit.label, hit.where.split(".")[0]) for hit in house.leaks()}
    assert caught == {
        ("note 4", "log"), ("note 5", "people_browsersession"), ("note 6", "redis"),
        ("note 7", "redis"), ("alias 8", "mail"), ("reach 9", "temp"),
    }  # fmt: skip


@pytest.mark.parametrize("form", disguises("rahasiasekali"))
def test_a_disguised_word_is_found(form: str) -> None:
    record = Record("redis", (("value", b"\x00ab" + disguises("rahasiasekali")[form] + b"cd"),))
    assert search([record], {"word": "rahasiasekali"})


def test_a_packed_word_is_found() -> None:
    packed = gzip.compress(b"ini rahasiasekali")
    for value in (
        packed,
        b"\x01\x02" + packed,
        base64.b64encode(packed),
        b'{"body": "' + base64.b64encode(zlib.compress(b"ini rahasiasekali" * 3)) + b'"}',
        b"\\x" + packed.hex().encode(),
    ):
        assert any(b"rahasiasekali" in piece for piece in unpacked(value)), value
        assert search([Record("dump", (("rest", value),))], {"word": "rahasiasekali"})
