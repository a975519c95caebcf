"""
Redis killed, and Redis frozen, while an employee books through a real web process.

Every page answers within a second, nothing is lost, and the mail leaves: at once by the command
of the timer, or through a real worker as soon as Redis is back.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from counselling.models import Appointment
from portal.embedded.binaries import dying_with_parent
from portal.embedded.redis import Redis
from portal.notifications.choices import State
from portal.notifications.models import Delivery
from portal.people.selectors import mask
from portal.wellbeing.services import seed_contacts
from tests.factories import PASSWORD, make_employee, make_practice
from tests.support.clients import book, hold, times_on
from tests.support.web import ROOT, Browser, Web, child_environment

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 1.0
"""Seconds a page may take; of a few tries the best counts, since test machines are shared."""
TRIES = 3
AROUND_THE_CLOCK = [(day, 0, 1440) for day in range(1, 8)]
FIELD = re.compile(r'<(?:input|button)[^>]* name="(\w+)"')


class Place:
    """A Redis of this test's own, a web process that uses it, and where its mails land."""

    def __init__(self, redis: Redis, web: Web, mails: Path) -> None:
        self.redis, self.web, self.mails = redis, web, mails

    def take_away(self, how: str) -> None:
        """Kill Redis, or freeze it, without a word."""
        self.pid = self.redis.pid()
        os.kill(self.pid, signal.SIGSTOP if how == "frozen" else signal.SIGKILL)
        if how == "killed":
            self.redis.stop()

    def bring_back(self, how: str) -> None:
        """Thaw Redis, or start another that remembers nothing."""
        if how == "frozen":
            os.kill(self.pid, signal.SIGCONT)
        self.redis.start()

    def mailed(self) -> list[str]:
        """Return to whom mails have left; one file may hold several."""
        text = "\n".join(path.read_text() for path in self.mails.iterdir())
        return sorted(re.findall(r"^To: (.+)$", text, re.MULTILINE))

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a process of this place needs."""
        kept = ("REDIS_URL", "TEDUH_MAIL_DIR")
        strict = {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "TEDUH_REQUIRE_STAFF_MFA": "1",
        }
        known = {name: self.web.environment[name] for name in kept}
        return child_environment(**known, **strict, **more)


@pytest.fixture
def place(tmp_path):
    mails = tmp_path / "mails"
    mails.mkdir()
    with tempfile.TemporaryDirectory(prefix="td") as sockets:
        redis = Redis(home=tmp_path, sockets=Path(sockets), throwaway=True)
        redis.start()
        try:
            with Web(
                REDIS_URL=redis.url(), TEDUH_MAIL_DIR=str(mails), TEDUH_PLAIN_STATIC="1"
            ) as web:
                yield Place(redis, web, mails)
        finally:
            pid = redis.pid()
            if pid is not None:
                os.kill(pid, signal.SIGCONT)
            redis.stop()


@pytest.fixture
def practice():
    return make_practice(hours=AROUND_THE_CLOCK)


def employee_with_private_mail(practice, name="rina"):
    """Return somebody who has a verified address of her own, and what pages show of it."""
    user = make_employee(name, agency=practice.agency).user
    address = f"{name}@pribadi.test"
    EmailAddress.objects.create(user=user, email=address, verified=True)
    return user, mask(address)


def in_time(deed, *, good):
    """Try a few times; every try must be good, the quickest must be quick. Return the last."""
    answers = []
    for _ in range(TRIES):
        answers.append(deed())
        assert answers[-1].status in good, (answers[-1].status, answers[-1].text[:300])
    assert min(answer.seconds for answer in answers) < PATIENCE
    return answers[-1]


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_booking_goes_on_and_the_mail_leaves(place, practice, how):
    people = [employee_with_private_mail(practice, f"rina{n}") for n in range(TRIES)]
    browsers = [Browser(place.web, user) for user, _ in people]
    # Days ahead: mail about a meeting before the next window would not wait for that.
    tokens = times_on(browsers[0].get("/temu/"))[::-8]
    place.take_away(how)

    seconds = {"list": [], "hold": [], "book": [], "ticket": []}
    shown = [address for _, address in people]
    for browser, token, address in zip(browsers, tokens, shown, strict=False):
        page = browser.get("/temu/")
        held = hold(browser, token)
        booked = book(browser, held, token, address=address)
        ticket = browser.get(held.location)
        assert [a.status for a in (page, held, booked, ticket)] == [200, 302, 302, 200]
        for name, answer in zip(seconds, (page, held, booked, ticket), strict=True):
            seconds[name].append(answer.seconds)
    assert {name: min(took) < PATIENCE for name, took in seconds.items()} == dict.fromkeys(
        seconds, True
    ), seconds
    assert Appointment.objects.filter(status="BOOKED").count() == TRIES
    assert Delivery.objects.filter(state=State.PENDING).exists()

    done = subprocess.run(
        [sys.executable, "manage.py", "deliver_due", "--next-window"],
        cwd=ROOT, env=place.environment(), capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert place.mailed() == [f"rina{n}@pribadi.test" for n in range(TRIES)]
    place.bring_back(how)
    assert in_time(lambda: browsers[0].get("/saya/"), good={200}).status == 200


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_signing_in_works_without_redis(place, practice, how):
    users = [make_employee("bram", agency=practice.agency).user for _ in range(TRIES)]
    form = Browser(place.web).get("/masuk/")
    assert {"login", "password"} <= set(FIELD.findall(form.text))
    place.take_away(how)

    seconds = []
    for user in users:
        browser = Browser(place.web)
        answer = browser.post("/masuk/", login=user.email, password=PASSWORD)
        home = browser.get("/")
        assert (answer.status, home.status) == (302, 200), answer.text[:500]
        seconds.append(max(answer.seconds, home.seconds))
    assert min(seconds) < PATIENCE, seconds
    stranger = Browser(place.web).post("/masuk/", login=users[0].email, password="salah")
    assert stranger.status == 200


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_help_answers_anybody_without_redis(place, how):
    seed_contacts(now=timezone.now())
    place.take_away(how)
    nobody = Browser(place.web)
    nobody.cookies.clear()
    page = in_time(lambda: nobody.get("/bantuan/"), good={200})
    assert 'href="tel:' in page.text


@contextmanager
def running(words, environment):
    """Run a process of the house in the background."""
    child = subprocess.Popen(
        [*dying_with_parent("TERM"), sys.executable, "-m", *words],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield child
    finally:
        family = psutil.Process(child.pid).children(recursive=True)
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for one in family:
            if one.is_running():
                one.kill()


def test_a_worker_delivers_what_was_booked_while_redis_was_away(place, practice, tmp_path):
    user, address = employee_with_private_mail(practice)
    browser = Browser(place.web, user)
    token = times_on(browser.get("/temu/"))[0]
    place.take_away("killed")
    held = hold(browser, token)
    assert book(browser, held, token, address=address).status == 302
    waiting = Delivery.objects.filter(state=State.PENDING)
    assert waiting.update(not_before=timezone.now()) > 0  # its window has come
    celery = ["celery", "-q", "-A", "portal"]
    worker = [*celery, "worker", "-P", "threads", "-c", "1", "-Q", "notify", "-l", "error",
              "--without-gossip", "--without-mingle"]  # fmt: skip
    beat = [*celery, "beat", "-l", "error", "--pidfile=", "-s", str(tmp_path / "beat")]
    environment = place.environment()
    with running(worker, environment), running(beat, environment):
        time.sleep(1)
        assert place.mailed() == []
        place.bring_back("killed")
        deadline = time.monotonic() + 60
        while not place.mailed():
            assert time.monotonic() < deadline, list(Delivery.objects.values("state", "reason"))
            time.sleep(0.2)
    assert place.mailed() == ["rina@pribadi.test"]
