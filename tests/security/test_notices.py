"""
Whatever the portal says to somebody, in every language and by every way, gives nothing away.

Each notice is made to happen to a meeting whose counsellor, room and note carry the worst words
a person could put there; then the inbox, the one mail and the calendar file are read.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from counselling.models import Appointment
from portal.calendars.files import neutral_ics
from portal.notifications import registry
from portal.notifications import services as notifications
from portal.notifications.services.mail import neutral_letter
from portal.people.models import User
from tests.factories import make_client_account
from tests.support.walks import Walker, open_practice, soon, walker
from tests.support.words import avoided_in

DENIED = re.compile(
    r"konsel|counsel|lelah|tired|jiwa|mental|psiko|psycho|therap|terapi|depres|stres|krisis|"
    r"crisis|trauma|bunuh|suicid|keluhan|symptom|gejala|sakit|sick|ill\b|klien|client|curhat|"
    r"lingkar|group",
    re.IGNORECASE,
)
"""What no line outside the portal's own pages may say."""
WORST = "Depresi Pascamelahirkan"
LANGUAGES = ("id", "en")


def denied_in(text: str) -> list[str]:
    """Return what a text gives away."""
    return [match.group() for match in DENIED.finditer(text)]


@dataclass
class Told:
    """A client with her meeting, and where mails land."""

    person: Walker
    path: str
    mails: Path


@pytest.fixture
def told(db, settings, tmp_path):
    """Let every kind of news happen to one client, with the worst words all around."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    practice = open_practice()
    practice.counsellor.room = WORST
    practice.counsellor.about = WORST
    practice.counsellor.save()
    actor = make_client_account(practice)
    person = walker(User.objects.get(pk=actor.user_id))
    person.private_address("rina@rumah.test")
    path = person.book(skip=3, note=WORST, name=WORST, alias="Langit")
    person.move(path, skip=8)
    notifications.plan_reminders(now=timezone.now())
    return Told(person, path, tmp_path)


def _mails(folder: Path) -> list[EmailMessage]:
    parser = BytesParser(policy=default)
    return [
        parser.parsebytes(part)
        for path in sorted(folder.iterdir())
        for part in path.read_bytes().split(b"-" * 79 + b"\n")
        if part.strip()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_has_a_line_that_gives_nothing_away(told, language: str) -> None:
    row = Appointment.objects.get(status="BOOKED")
    zones = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
    with translation.override(language):
        for notice in registry.list_notices():
            for zone in zones:
                lines = notice.lines(row.pk, zone)
                said = f"{lines.title} {lines.body} {lines.url}"
                assert not denied_in(said), said
                assert not avoided_in(said), said
                assert WORST not in said
                assert "Langit" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_inbox_gives_nothing_away(told, language: str) -> None:
    told.person.page.post("/bahasa/", {"language": language, "next": "/"})
    page = told.person.page.get("/saya/kabar/").content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", main)
    assert not denied_in(text)
    assert WORST not in page


def test_mails_are_one_mail(told) -> None:
    notifications.deliver_due(now=timezone.now(), as_of=soon())
    told.person.cancel(told.path)
    notifications.deliver_due(now=timezone.now(), as_of=soon())
    mails = _mails(told.mails)
    assert mails, "no mail, no proof"
    shapes = set()
    for mail in mails:
        everything = mail.as_string()
        assert not denied_in(everything)
        assert WORST not in everything
        assert told.path not in everything
        assert not re.search(r"\d\d[.:]\d\d", mail.get_content()), "a time in a mail"
        links = re.findall(r"https?://\S+", mail.get_content())
        assert all(link.rstrip(".").endswith("/masuk/") for link in links)
        headers = set(mail.keys())
        shapes.add((mail["Subject"], mail.get_content(), frozenset(headers)))
    assert len(shapes) == 1, "two mails that differ tell two things"


def test_headers_of_a_mail_are_known(told) -> None:
    notifications.deliver_due(now=timezone.now(), as_of=soon())
    mails = _mails(told.mails)
    assert mails, "no mail, no proof"
    for mail in mails:
        assert {name.lower() for name in mail.keys()} <= {  # noqa: SIM118 - as above
            "content-type", "content-transfer-encoding", "mime-version", "subject", "from",
            "to", "date", "message-id", "auto-submitted", "x-auto-response-suppress",
        }  # fmt: skip
        assert "rina" not in str(mail["Message-ID"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_is_the_same_in_every_language(settings, language: str) -> None:
    with translation.override(language):
        letter = neutral_letter(address="x@y.test", row_id=uuid4())
    with translation.override("id"):
        same = neutral_letter(address="x@y.test", row_id=uuid4())
    assert (letter.subject, letter.body) == (same.subject, same.body)
    assert not denied_in(letter.subject + letter.body)
    assert not avoided_in(letter.body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calendar_file_gives_nothing_away(told, language: str) -> None:
    told.person.page.post("/bahasa/", {"language": language, "next": "/"})
    file = told.person.page.post(f"{told.path}kalender/", {"word": "agenda"})
    text = file.content.decode()
    assert not denied_in(text)
    assert WORST not in text
    assert "Sari" not in text
    assert not re.search(
        r"^(ORGANIZER|ATTENDEE|LOCATION|DESCRIPTION|URL|CONTACT)", text, re.MULTILINE
    )
    assert file.headers["Content-Disposition"] == 'attachment; filename="agenda.ics"'


def test_a_title_of_ones_own_is_ones_own() -> None:
    now = timezone.now()
    text = neutral_ics(
        uid="abc", starts_at=now, ends_at=now + timedelta(minutes=50), title=WORST, sequence=0,
        cancelled=False, now=now,
    ).decode()  # fmt: skip
    assert text.count(WORST) == 1


def test_account_mails_are_neutral() -> None:
    folder = Path(__file__).resolve().parents[2] / "templates" / "account" / "email"
    for path in sorted(folder.glob("*.txt")):
        said = path.read_text("utf-8")
        plain = re.sub(r"\{[%{#].*?[%}#]\}", " ", said, flags=re.DOTALL)
        assert not denied_in(plain), path.name


def test_a_telling_word_is_found() -> None:
    assert denied_in("Temu konseling Anda")
    assert denied_in("Your counselling appointment")
    assert denied_in(WORST)
    assert not denied_in(
        render_to_string("notifications/mail_subject.txt", {"brand": "Portal"})
    )
