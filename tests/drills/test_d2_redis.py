"""D2: Redis is killed, frozen and emptied while people book through a real web process."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress

from counselling.models import Appointment
from portal.common.redis import redis
from portal.embedded.redis import Redis
from portal.notifications.choices import State
from portal.notifications.models import Delivery
from portal.people.selectors import mask
from tests.factories import make_employee, make_practice
from tests.performance.clock import Times
from tests.support.clients import book, hold, times_on
from tests.support.paper import table, verdict
from tests.support.web import ROOT, Browser, Web, child_environment

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, PHASE_SECONDS, LIMIT = 6, 12, 2.0
AROUND_THE_CLOCK = [(day, 0, 1440) for day in range(1, 8)]


def live(browser, address, until, answers):
    """Look, hold, book and cancel again and again."""
    chance = random.Random(address)
    while time.monotonic() < until:
        page = browser.get("/temu/")
        browser.get("/")
        token = chance.choice(times_on(page))
        held = hold(browser, token)
        answers.append(held)
        if held.status == 302:
            booked = book(browser, held, token, address=address)
            answers += [booked, browser.post(f"{held.location}batal/")]


def phase(browsers):
    """Let everybody live for a while; return the answers to their forms."""
    answers, until = [], time.monotonic() + PHASE_SECONDS
    threads = [
        threading.Thread(target=live, args=(browser, address, until, answers))
        for browser, address in browsers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_redis_goes_while_people_book(report, monkeypatch, tmp_path):
    monkeypatch.setenv("TEDUH_PLAIN_STATIC", "1")
    mails = tmp_path / "mails"
    mails.mkdir()
    practice = make_practice(hours=AROUND_THE_CLOCK)
    people = []
    for n in range(PEOPLE + 1):
        user = make_employee("rina", agency=practice.agency).user
        address = f"rina{n}@pribadi.test"
        EmailAddress.objects.create(user=user, email=address, verified=True)
        people.append((user, mask(address)))
    with tempfile.TemporaryDirectory(prefix="td") as sockets:
        server = Redis(home=tmp_path, sockets=Path(sockets), throwaway=True)
        server.start()
        known = {"REDIS_URL": server.url(), "TEDUH_MAIL_DIR": str(mails)}
        with Web(**known) as web:
            browsers = [(Browser(web, user), address) for user, address in people]
            found = {"Redis there": phase(browsers[:-1])}
            pid = server.pid()
            os.kill(pid, signal.SIGSTOP)
            found["Redis frozen"] = phase(browsers[:-1])
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, signal.SIGKILL)
            server.stop()
            found["Redis killed"] = phase(browsers[:-1])
            last, address = browsers[-1]
            token = times_on(last.get("/temu/"))[0]
            held = hold(last, token)
            alone = held.seconds + book(last, held, token, address=address).seconds
            waiting = Delivery.objects.filter(state=State.PENDING).count()
            sent = _deliver(known)
            letters = len(list(mails.iterdir()))
            server.start()
            facts = _facts()
            redis.Redis.from_url(server.url()).flushall()
            found["Redis emptied"] = phase(browsers[:-1])
            kept = Appointment.objects.filter(pk__in=facts).count()
        server.stop()
    _report(report, found, alone)
    assert all(a.status < 400 for answers in found.values() for a in answers)
    assert (sent.returncode, letters > 0, waiting > 0) == (0, True, True), sent.stderr
    assert kept == len(facts)


def _facts():
    return set(Appointment.objects.exclude(status="HELD").values_list("id", flat=True))


def _deliver(known):
    strict = {"DJANGO_SETTINGS_MODULE": "portal.settings", "TEDUH_REQUIRE_STAFF_MFA": "1"}
    return subprocess.run(
        [sys.executable, "manage.py", "deliver_due", "--next-window"],
        cwd=ROOT, env=child_environment(**known, **strict), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def _report(report, found, alone):
    times = {name: Times(tuple(a.seconds for a in rows)) for name, rows in found.items()}
    normal = times["Redis there"].p95
    rows = [
        [name, len(found[name]), sum(a.status >= 400 for a in found[name]), f"{one.p50:.2f} s",
         f"{one.p95:.2f} s", f"{one.p95 / normal:.2f}", verdict(one.p95 / normal, LIMIT)]
        for name, one in times.items()
    ]  # fmt: skip
    head = ["", "POSTs", "refused with an error", "p50", "p95", "÷ normal p95", "≤ 2"]
    text = table(head, rows)
    text += (
        "\n\nA hold and a booking by somebody alone with Redis gone took"
        f" {alone:.2f} s together (< 1 s: {verdict(alone, 1.0)}). `manage.py deliver_due` sent"
        " the mail with Redis gone; emptying Redis lost nothing."
    )
    report("D2 Redis goes while people book", text)
