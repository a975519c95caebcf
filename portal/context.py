"""What the frame of every page shows: brand, menu, banners, the ways out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.notifications import selectors as notifications
from portal.people.actors import Account, actor_of
from portal.people.choices import Role
from portal.people.sessions import AWAKE_KEY

THEMES = frozenset({"terang", "gelap"})
THEME_COOKIE = "tema"
DISCREET_COOKIE = "samar"
IDLE_WARNING_MINUTES = 5
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
"""Each is shown by its own name, so that who reads no other can find it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; ``count`` is a small number beside it."""

    label: str
    url: str
    current: bool = False
    count: int = 0


OWN_MENU: Sequence[tuple[object, str]] = (
    (_("Home"), "home:home"),
    (pgettext_lazy("menu", "Meetings"), "counselling:times"),
    (pgettext_lazy("menu", "Circles"), "groups:circles"),
    (pgettext_lazy("menu", "Leave"), "leave:own"),
    (pgettext_lazy("menu", "News"), "notifications:inbox"),
    (pgettext_lazy("menu", "Mine"), "home:mine"),
)
ROLE_MENU: dict[Role, Sequence[tuple[object, str]]] = {
    Role.COUNSELLOR: (
        (pgettext_lazy("menu", "Agenda"), "counselling:agenda"),
        (pgettext_lazy("menu", "Week"), "counselling:week"),
        (pgettext_lazy("menu", "Hours"), "counselling:schedule"),
        (pgettext_lazy("menu", "Vault"), "people:vault"),
    ),
    Role.FACILITATOR: (
        (pgettext_lazy("menu", "My circles"), "groups:desk"),
        (pgettext_lazy("menu", "Vault"), "people:vault"),
    ),
    Role.DUTY: (
        (pgettext_lazy("menu", "Duty"), "groups:duty-desk"),
        (pgettext_lazy("menu", "Vault"), "people:vault"),
    ),
    Role.REVIEWER: (
        (pgettext_lazy("menu", "Certificates"), "leave:reviews"),
        (pgettext_lazy("menu", "Vault"), "people:vault"),
    ),
    Role.HR: (
        (pgettext_lazy("menu", "Queue"), "leave:queue"),
        (pgettext_lazy("menu", "Running"), "leave:running"),
        (pgettext_lazy("menu", "Numbers"), "leave:numbers"),
        (pgettext_lazy("menu", "Rules"), "leave:rules"),
    ),
    Role.OFFICIAL: (
        (pgettext_lazy("menu", "Queue"), "leave:queue"),
        (pgettext_lazy("menu", "Running"), "leave:running"),
        (pgettext_lazy("menu", "Numbers"), "leave:numbers"),
    ),
    Role.HEAD: (
        (pgettext_lazy("menu", "Contacts"), "wellbeing:contact-list"),
        (pgettext_lazy("menu", "Counsellors"), "counselling:counsellor-list"),
        (pgettext_lazy("menu", "Services"), "counselling:service-list"),
        (pgettext_lazy("head menu", "Circles"), "groups:circle-desk"),
    ),
    Role.ADMIN: (
        (pgettext_lazy("menu", "Staff"), "people:roster-import"),
        (pgettext_lazy("menu", "Roles"), "people:role-list"),
        (pgettext_lazy("menu", "Activation"), "people:slip-list"),
        (pgettext_lazy("menu", "Holidays"), "people:holiday-list"),
    ),
    Role.DPO: ((pgettext_lazy("menu", "Audit"), "privacy:audit"),),
}

LEADS_MENU: Sequence[tuple[object, str]] = ((pgettext_lazy("menu", "My team"), "leave:team"),)
"""For whoever has somebody working under her; that is no role anybody gives."""
BEHIND_TABS: dict[str, str] = dict.fromkeys(
    (
        "leave:decrees",
        "leave:delegations",
        "leave:leave-settings",
        "leave:weeks",
        "leave:people",
        "leave:exports",
    ),
    "leave:rules",
)
"""Pages that another page's tabs lead to, and the line of the menu they belong to."""


@cache
def _addresses() -> dict[str, str]:
    """Return the address of every line of the menus; it is the same for everybody, always."""
    lines = [line for menu in (OWN_MENU, LEADS_MENU, *ROLE_MENU.values()) for line in menu]
    return {name: reverse(name) for _label, name in lines}


@cache
def _places() -> dict[str, str]:
    """Return the line of the menus an address belongs to, with everything below it."""
    lines = {address: name for name, address in _addresses().items()}
    return lines | {reverse(name): line for name, line in BEHIND_TABS.items()}


class Shell:
    """The frame of one page; everything is looked up only when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.brand = settings.BRAND
        self.demo = settings.DEMO
        self.exit_url = settings.EXIT_URL
        self.languages = [(code, get_language_info(code)["name_local"]) for code in LANGUAGES]
        self.discreet = request.COOKIES.get(DISCREET_COOKIE) == "1"
        self.idle_left = IDLE_WARNING_MINUTES

    @property
    def theme(self) -> str:
        """Return the theme the person chose for this browser, or nothing: follow the system."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def idle_minutes(self) -> int:
        """Return after how many idle minutes to warn; later while the session stays awake."""
        usual = settings.SESSION_IDLE_SECONDS // 60 - IDLE_WARNING_MINUTES
        awake_until = self._request.session.get(AWAKE_KEY)
        if awake_until is None:
            return usual
        now = timezone.now()  # noqa: TID251 - the frame is part of the view
        return max(usual, int(awake_until - now.timestamp()) // 60 - IDLE_WARNING_MINUTES)

    @property
    def mfa_off(self) -> bool:
        """Say whether staff may work without a second factor (the demonstration only)."""
        return not settings.REQUIRE_STAFF_MFA

    @property
    def here(self) -> str:
        """Return the page to come back to after a change of language."""
        return self._request.path if self._request.method == "GET" else ""

    @cached_property
    def account(self) -> Account | None:
        """Return who is signed in."""
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        return actor_of(self._request)

    @property
    def signed_in(self) -> bool:
        """Say whether the frame shows a menu and a way to sign out."""
        return self.account is not None

    @property
    def zone(self) -> str:
        """Return the zone times are shown in."""
        return self.account.zone if self.account else settings.TIME_ZONE

    @cached_property
    def unread(self) -> int:
        """Count the unread lines of the inbox."""
        if self.account is None:
            return 0
        now = timezone.now()  # noqa: TID251 - the frame is part of the view
        return notifications.count_unread(user_id=self.account.user_id, now=now)

    @cached_property
    def menu(self) -> list[list[Entry]]:
        """Return the menu in two groups: what everybody has, and what the person works with."""
        if self.account is None:
            return []
        work = {
            name: (label, name)  # what two roles share stands once
            for role, lines in ROLE_MENU.items()
            if role in self.account.roles
            for label, name in lines
        }
        lines = [*(LEADS_MENU if self.account.leads else ()), *work.values()]
        groups = [self._entries(OWN_MENU), self._entries(lines)]
        return [group for group in groups if group]

    def _entries(self, lines: Sequence[tuple[object, str]]) -> list[Entry]:
        return [
            Entry(
                str(label),
                _addresses()[name],
                current=name == self._current,
                count=self.unread if name == "notifications:inbox" else 0,
            )
            for label, name in lines
        ]

    @cached_property
    def _current(self) -> str:
        """Return the line of the menu at or above the page, the longest where several are."""
        path = self._request.path
        fitting = [
            (address, name)
            for address, name in _places().items()
            if path == address or (address != "/" and path.startswith(address))
        ]
        return max(fitting, key=lambda one: len(one[0]))[1] if fitting else ""


def shell(request: HttpRequest) -> dict[str, object]:
    """Hand the frame to the templates as ``shell``, and the brand by its own name."""
    return {"shell": Shell(request), "brand": settings.BRAND}
