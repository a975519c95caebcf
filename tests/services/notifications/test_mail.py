"""The one neutral mail, byte for byte, over a real SMTP server."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller

from portal.notifications import services
from portal.notifications.choices import Reason, State
from portal.notifications.models import Delivery
from portal.notifications.services import mail
from portal.vault import services as vault
from tests.services.notifications.cast import NOON, NOW, make_person, only_delivery

DENIED = (
    "konsel", "counsel", "temu", "meeting", "appointment", "lingkar", "group", "cuti", "leave",
    "jiwa", "mental", "psiko", "psycho", "lelah", "tired", "klien", "client", "kesehatan",
    "health", "depresi", "rina", "anggraini", "agenda", "jadwal", "pengingat", "remind",
)  # fmt: skip
HEADERS = {
    "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
    "MIME-Version", "Message-ID", "Subject", "To", "X-Auto-Response-Suppress",
}  # fmt: skip


class Sink:
    """Swallows mails; answers what it is told to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answer_to_recipient = ""
        self.answer_to_data = ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.answer_to_recipient:
            return self.answer_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer_to_data:
            return self.answer_to_data
        self.taken.append(envelope.content)
        return "250 OK"

    @property
    def mails(self) -> list[Message]:
        return [message_from_bytes(one) for one in self.taken]


class OnAnyPort(Controller):
    """Takes whichever port is free and knocks at that one to see whether it is up."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def sink(settings):
    handler = Sink()
    controller = OnAnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_HOST_USER = ""
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Portal Pegawai <portal@kabar.test>"
    settings.PUBLIC_URL = "https://portal.kabar.test"
    handler.controller = controller
    yield handler
    if controller.server is not None:
        controller.stop()


pytestmark = pytest.mark.django_db


def test_the_mail_says_that_there_is_news_and_nothing_else(room, rina, sink):
    subject_id = room.tell(rina)
    row_id = only_delivery().id
    assert services.deliver_due(now=NOON).sent == 1
    (raw,), (message,) = sink.taken, sink.mails
    text = raw.decode().lower()
    for word in DENIED:
        assert word not in text, word
    for secret in (str(subject_id), subject_id.hex, str(row_id), row_id.hex, str(rina.pk)):
        assert secret not in text
    assert message["Subject"] == "Ada pembaruan di Portal Pegawai / Update in Portal Pegawai"
    assert message["To"] == "r.private@mail.test"
    assert message["From"] == "Portal Pegawai <portal@kabar.test>"
    names = {name for name, _ in message.items()}
    assert names - {"X-Peer", "X-MailFrom", "X-RcptTo"} == HEADERS
    assert message.get_content_type() == "text/plain"
    assert re.findall(r"https?://\S+", raw.decode()) == ["https://portal.kabar.test/masuk/"]
    assert "masuk untuk melihatnya" in text
    assert "sign in to see it" in text


def test_every_notice_makes_the_same_mail(room, sink):
    for number, notice in enumerate(("test.news", "test.other")):
        user = make_person(f"p{number}@demo.test", f"p{number}@mail.test")
        room.tell(user, notice=notice, urgent=bool(number))
    services.deliver_due(now=NOON)
    one, two = sink.mails
    assert one["Subject"] == two["Subject"]
    assert one.get_payload() == two.get_payload()
    assert one["Message-ID"] != two["Message-ID"]


def test_a_message_id_is_stable_and_only_the_notifier_can_make_it(
    room, rina, settings, tmp_path
):
    room.tell(rina)
    row_id = only_delivery().id
    first = mail.message_id(row_id)
    assert first == mail.message_id(row_id)
    assert vault.mac("message id", row_id).hex()[:40] not in first
    assert vault.tag("message id", row_id).hex()[:40] not in first
    settings.KEYS_DIR = tmp_path
    with pytest.raises(vault.NotifierKeyMissing):
        mail.message_id(row_id)


def test_one_connection_serves_a_sweep(room, sink, monkeypatch):
    opened = []
    backend = mail.SmtpBackend
    original = backend.open
    monkeypatch.setattr(
        backend, "open", lambda self: opened.append(original(self)) or opened[-1]
    )
    for number in range(3):
        room.tell(make_person(f"p{number}@demo.test", f"p{number}@mail.test"))
    assert services.deliver_due(now=NOON).sent == len(sink.taken) == 3
    assert opened.count(True) == 1


def test_a_mailbox_that_is_gone_ends_the_row_and_the_others_leave(room, rina, sink):
    room.tell(rina)
    sink.answer_to_recipient = "550 5.1.1 no such user"
    services.deliver_due(now=NOON)
    assert (only_delivery().state, only_delivery().reason) == (State.DEAD, Reason.REFUSED)
    sink.answer_to_recipient = ""
    room.tell(make_person("y@demo.test", "y@mail.test"))
    assert services.deliver_due(now=NOON).sent == 1


def test_a_busy_server_gets_the_mail_later(room, rina, sink):
    room.tell(rina)
    sink.answer_to_data = "451 4.3.0 later"
    assert services.deliver_due(now=NOON).put_back == 1
    sink.answer_to_data = ""
    assert services.deliver_due(now=NOON + timedelta(minutes=1)).sent == 1
    assert len(sink.taken) == 1


def test_a_server_that_is_down_costs_no_attempt(room, rina, sink):
    yosef = make_person("y@demo.test", "y@mail.test")
    room.tell(rina)
    room.tell(yosef)
    sink.controller.stop()
    sink.controller.server = None
    assert services.deliver_due(now=NOON).put_back == 2
    for row in Delivery.objects.all():
        assert (row.state, row.reason, row.attempt) == (State.PENDING, Reason.NO_ANSWER, 0)


def test_the_account_mail_has_the_same_frame(room, sink):
    services.enqueue_account_mail(
        address="rina@demo.test", subject="Kode: 482 913", body="482 913\n", now=NOW
    )
    services.deliver_due(now=NOW)
    (message,) = sink.mails
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@kabar.test>")
    assert message["List-Id"] is None
