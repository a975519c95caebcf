"""Redis stopped, and Redis frozen: telling and sending do not notice."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import kombu
import pytest
from django.core import mail as post
from django.core.management import call_command
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.common.redis import client
from portal.embedded.redis import Redis
from portal.notifications import services
from portal.notifications.choices import State
from portal.notifications.models import AccountMail, Delivery
from tests.services.notifications.cast import make_person, room

__all__ = ["room"]
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["stopped", "frozen"])
def away(request, settings, tmp_path, monkeypatch):
    """A Redis of this test's own that was there and is not any more."""
    with tempfile.TemporaryDirectory(prefix="td") as sockets:
        server = Redis(home=tmp_path, sockets=Path(sockets), throwaway=True)
        server.start()
        settings.REDIS_URL = server.url()
        client.cache_clear()
        assert client().ping()
        number = server.pid()
        if request.param == "frozen":
            os.kill(number, signal.SIGSTOP)
        else:
            server.stop()

        def published(*_, **__):
            raise AssertionError("something was published to the broker")

        monkeypatch.setattr(kombu.Producer, "publish", published)
        yield server.url()
        client.cache_clear()
        if request.param == "frozen":
            os.kill(number, signal.SIGCONT)
            server.stop()


def test_telling_and_sending_go_on(room, away):
    began = time.monotonic()
    user = make_person(address="r.private@mail.test")
    now = _now()
    subject = room.tell(user, urgent=True, now=now)
    room.tell(user, now=now)
    services.withdraw(subject_id=room.tell(user, now=now), now=now)
    room.remind(user, subject_id=subject, starts_at=now + timedelta(hours=36))
    call_command("plan_reminders")
    call_command("deliver_due", "--next-window")
    assert time.monotonic() - began < 3
    assert len(post.outbox) == 1
    states = sorted(Delivery.objects.values_list("state", flat=True))
    assert set(states) == {State.SENT, State.WITHDRAWN, State.PENDING}
    assert states.count(State.SENT) >= 2


def test_the_command_of_the_timer_sends_from_a_process_of_its_own(away, tmp_path):
    services.enqueue_account_mail(
        address="rina@demo.test", subject="Kode masuk", body="482 913", now=_now()
    )
    database = connection.settings_dict
    mails = tmp_path / "mails"
    environment = {
        **os.environ,
        "DATABASE_URL": make_conninfo(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"],
            host=database["HOST"],
            port=database["PORT"],
        ),
        "REDIS_URL": away,
        "TEDUH_MAIL_DIR": str(mails),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "deliver_due", "--lane", "account"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "account=1" in done.stdout
    (written,) = mails.iterdir()
    assert "482 913" in written.read_text()
    assert AccountMail.objects.count() == 0


def _now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
