"""
What the rooms tell this room at start: their notices, their planners, their kinds of recipient.

The outbox imports no room above it. A room registers in its ``AppConfig.ready`` and is called
back when something is about to leave or an inbox is read, so that both follow the facts of that
moment.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, without saying who: an inbox tag and a box only the notifier opens."""

    tag: bytes
    contact: bytes

    def __repr__(self) -> str:
        return "<recipient>"


@dataclass(frozen=True, slots=True)
class InboxLines:
    """What the inbox says about one subject, in the reader's language and zone."""

    title: str
    body: str
    url: str


SubjectAtRev = tuple[UUID, int]
"""A subject and the revision of it that was told."""
SubjectFor = tuple[UUID, bytes]
"""A subject and the tag of somebody who was told about it."""
Load = Callable[[Set[UUID]], Mapping[UUID, Any]]
"""Finds the rows of any number of subjects in a fixed number of queries."""
Word = Callable[
    [Mapping[UUID, Any], Sequence[SubjectAtRev], str, datetime],
    Mapping[SubjectAtRev, InboxLines],
]
"""Words subjects from their rows, among which others may be; asks for nothing."""


@dataclass(frozen=True, slots=True)
class Notice:
    """
    One thing a room ever tells anyone.

    ``still_true(subject_id, rev, now)`` is asked again right before a mail leaves; False means
    it stays. ``lines(subject_id, zone)`` words it for the inbox from the facts of now.
    ``many(pairs, zone, now)``, if given, replaces both for a page of the inbox, so that its
    cost does not grow with its lines: pairs missing in the answer are not shown.
    ``load(subject_ids)`` and ``word(rows, pairs, zone, now)``, if given, are ``many`` in two
    steps: notices that share a ``load`` share its read, once a page.
    ``undelivered(subject_id, rev, now)``, if given, is told when a mail about it is given up
    (refused for good, or tried as often as it may be); it opens its own transaction.
    ``concerns(pairs, now)``, if given, keeps those recipients whom the subject still concerns;
    asked before a mail leaves and when an inbox is read, so that a reminder planned while
    somebody left does not follow her.
    ``organisation`` says that the organisation speaks to somebody who works here: no mail of it
    leaves while she is on leave. What people booked themselves is never the organisation's, and
    nothing in the safety lane is held, whoever speaks.
    """

    name: str
    still_true: Callable[[UUID, int, datetime], bool]
    lines: Callable[[UUID, str], InboxLines]
    many: (
        Callable[[Sequence[SubjectAtRev], str, datetime], Mapping[SubjectAtRev, InboxLines]]
        | None
    ) = None
    load: Load | None = None
    word: Word | None = None
    undelivered: Callable[[UUID, int, datetime], None] | None = None
    concerns: Callable[[Set[SubjectFor], datetime], Set[SubjectFor]] | None = None
    organisation: bool = False


Scopes = Callable[[], Iterable[UUID]]
"""Names everything within which a person has an inbox of its own; costs one query."""

Rest = Callable[[Set[UUID], datetime], Set[UUID]]
"""Keeps those of some accounts that are on approved leave at an instant."""


@dataclass(frozen=True, slots=True)
class Planned:
    """
    A reminder that the facts call for. ``due_at`` is the window in which it should leave.

    The same facts must give the same ``due_at`` at every sweep: recipient, notice, subject, rev
    and due_at together are what is never planned twice.
    """

    recipient: Recipient
    notice: str
    subject_id: UUID
    rev: int
    due_at: datetime
    useful_until: datetime


class Planner(Protocol):
    """Names every reminder whose ``due_at`` lies before ``until`` and that is still useful."""

    def __call__(self, *, now: datetime, until: datetime) -> Iterable[Planned]:
        """Look at the facts, never at what an earlier sweep did."""


class UnknownNotice(LookupError):
    """No room has registered this notice."""


_notices: dict[str, Notice] = {}
_planners: dict[str, Planner] = {}
_namespaces: dict[str, Scopes | None] = {}
_rests: dict[str, Rest] = {}


def register(notice: Notice) -> None:
    """
    Make a notice known.

    :raises ValueError: if another notice has taken the name.
    """
    if _notices.setdefault(notice.name, notice) is not notice:
        msg = f"two notices are called {notice.name}"
        raise ValueError(msg)


def register_planner(name: str, planner: Planner) -> None:
    """
    Make a planner of reminders known.

    :raises ValueError: if another planner has taken the name.
    """
    if _planners.setdefault(name, planner) is not planner:
        msg = f"two planners are called {name}"
        raise ValueError(msg)


def register_namespace(name: str, scopes: Scopes | None = None) -> None:
    """
    Make a kind of recipient known; every inbox is read over all of them.

    With ``scopes`` a person has one inbox a scope, each under a tag of its own: nobody who
    reads the rows can tell that two of them are hers.

    :raises ValueError: if the name is registered with other scopes.
    """
    if _namespaces.setdefault(name, scopes) is not scopes:
        msg = f"two namespaces are called {name}"
        raise ValueError(msg)


def register_rest(name: str, lookup: Rest) -> None:
    """
    Make known who can say which accounts are on leave; asked right before a mail leaves.

    The answer is used and not kept: no row, no reason and no log line may come from it.

    :raises ValueError: if another lookup has taken the name.
    """
    if _rests.setdefault(name, lookup) is not lookup:
        msg = f"two lookups of who rests are called {name}"
        raise ValueError(msg)


def who_rests(user_ids: Set[UUID], now: datetime) -> frozenset[UUID]:
    """Return those of these accounts that are on leave at an instant, whoever says so."""
    return frozenset(one for lookup in _rests.values() for one in lookup(user_ids, now))


def find_notice(name: str) -> Notice:
    """
    Return a notice by its name.

    :raises UnknownNotice: if no room has registered it.
    """
    try:
        return _notices[name]
    except KeyError:
        raise UnknownNotice(name) from None


def is_known(name: str) -> bool:
    """Say whether a room has registered this notice."""
    return name in _notices


def is_namespace(name: str) -> bool:
    """Say whether a room has registered this kind of recipient."""
    return name in _namespaces


def is_scoped(name: str) -> bool:
    """Say whether a person has one inbox a scope in this namespace."""
    return _namespaces.get(name) is not None


def list_notices() -> list[Notice]:
    """Return all notices by name."""
    return [_notices[name] for name in sorted(_notices)]


def list_planners() -> list[tuple[str, Planner]]:
    """Return all planners by name."""
    return sorted(_planners.items(), key=lambda item: item[0])


def list_namespaces() -> list[str]:
    """Return all kinds of recipient by name."""
    return sorted(_namespaces)


def list_inboxes() -> list[tuple[str, UUID | None]]:
    """Return namespace and scope of every inbox a person may have; one query a scoped one."""
    return [(name, scope) for name in list_namespaces() for scope in _scopes_of(name)]


def _scopes_of(name: str) -> Iterable[UUID | None]:
    scopes = _namespaces[name]
    return (None,) if scopes is None else scopes()
