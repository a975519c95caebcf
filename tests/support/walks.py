"""What people do on the pages, pressed through the pages themselves."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from portal.notifications.rules import next_window
from portal.notifications.services import house_windows
from portal.people.models import Employee, User
from tests.factories import PASSPHRASE, PASSWORD, Practice, make_practice
from tests.support.browsers import browser

AROUND_THE_CLOCK = tuple((day, 0, 1440) for day in range(1, 8))


@dataclass
class Walker:
    """Somebody at a browser of her own."""

    user: User
    page: Client

    def private_address(self, address: str) -> None:
        """Let her have proven a private address."""
        EmailAddress.objects.create(user=self.user, email=address, verified=True)

    def book(self, *, skip: int = 0, **written: str) -> str:
        """Press a time, write, and book; return the path of the meeting."""
        token = self.page.get("/temu/").context["times"][skip].token
        check = self.page.post("/temu/", {"time": token}, follow=True)
        path = check.redirect_chain[-1][0]
        answer = self.page.post(f"{path}pesan/", self._form(check, written))
        assert answer.status_code == 302, answer.content.decode()
        return path

    def _form(self, check, written: dict[str, str]) -> dict[str, str]:
        form = check.context["form"]
        filled = {name: str(form.initial.get(name, "")) for name in form.fields}
        chosen = {"address": self._masked(check)} if "address" in form.fields else {}
        return {**filled, **chosen, **written}

    def _masked(self, page) -> str:
        addresses = page.context["row"].addresses
        return addresses[0][1] if addresses else ""

    def move(self, path: str, *, skip: int = 0, **written: str) -> None:
        """Move a meeting to another time; a note is written again where that is asked."""
        page = self.page.get(f"{path}pindah/")
        token = [*page.context["soon"], *page.context["later"]][skip].token
        answer = self.page.post(f"{path}pindah/", {"time": token})
        if answer.status_code == 200:
            answer = self.page.post(f"{path}pindah/", {"time": token, "again": "1", **written})
        assert answer.status_code == 302, answer.content.decode()

    def cancel(self, path: str) -> None:
        """Take a meeting back."""
        assert self.page.post(f"{path}batal/").status_code == 302


def walker(user: User, *, mfa: bool = False) -> Walker:
    """Return somebody who is signed in already."""
    return Walker(user, browser(user, mfa=mfa))


def sign_in(user: User) -> Walker:
    """Sign somebody in as people do: name and password, on the page."""
    page = Client()
    answer = page.post("/masuk/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return Walker(user, page)


def unlocked(practice: Practice) -> Walker:
    """Return the practice's counsellor with her vault open, opened on the page."""
    counsellor = walker(practice.counsellor.user, mfa=True)
    answer = counsellor.page.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    assert answer.status_code == 302, answer.content.decode()
    return counsellor


def open_practice(**terms: object) -> Practice:
    """Make a practice that has times on every day, with nothing between two meetings."""
    return make_practice(
        hours=AROUND_THE_CLOCK, buffer_before_minutes=0, buffer_after_minutes=0, **terms
    )


def id_in(path: str) -> str:
    """Return the id in the path of a meeting."""
    return urlsplit(path).path.strip("/").split("/")[1]


def employee_of(user: User) -> Employee:
    """Return the employee behind an account."""
    return Employee.objects.get(user=user)


def soon() -> datetime:
    """Return the next window: whatever was told a moment ago leaves in it, and is of use."""
    return next_window(timezone.now(), house_windows())
