"""When things leave. Pure: facts, windows and ``now`` in, answers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.notifications.choices import FINISHED, Lane, Priority, State

LEASE = timedelta(seconds=90)
"""How long a process may hold a row without a sign of life; renewed before each mail."""
PLAN_AHEAD = timedelta(hours=36)
"""How far planners look: over a night and a day, so that a long outage costs no reminder."""
KEEP_FINISHED = timedelta(days=30)
"""How long a finished delivery keeps its day and its reason."""
KEEP_READ = timedelta(days=30)
KEEP_UNREAD = timedelta(days=90)
"""How long an inbox keeps what was read, and what was not."""
ACCOUNT_MAIL_USEFUL = timedelta(minutes=30)
"""Codes are dead by then; a mail that carries one would only puzzle."""
NO_ANSWER_PAUSE = timedelta(seconds=60)
"""How long nothing is tried after the mail server did not answer at all."""
BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Pauses after the first, second … temporary refusal; after the last the row is dead."""
JITTER = 0.2
OVERDUE_ALARM = timedelta(minutes=3)
"""A row this long past its time means that nobody is sweeping."""

_PERMANENT_CODES = frozenset({550, 551, 553, 556})
# 552 and 554 are left out: relays use them for "mailbox full" and for what is our own fault.

NEXT_STATES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.LEASED, State.WITHDRAWN, State.SUPPRESSED, State.DIGESTED}),
    State.LEASED: frozenset({
        State.PENDING, State.COMMITTING, State.SENT,
        State.SUPPRESSED, State.WITHDRAWN, State.DEAD,
    }),
    State.COMMITTING: frozenset({State.SENT, State.UNCERTAIN}),
    State.UNCERTAIN: frozenset({State.SENT, State.PENDING, State.DEAD, State.SUPPRESSED}),
    **{state: frozenset() for state in FINISHED},
}  # fmt: skip
"""Every step a delivery may take. Finished is finished: nothing is left to start again from."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The few times a day at which timed mail leaves, one set for the whole house."""

    times: tuple[time, ...]
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.times or list(self.times) != sorted(set(self.times)):
            msg = "mail windows are named once each, earliest first"
            raise ValueError(msg)

    def on(self, day: datetime) -> list[datetime]:
        """Return the windows of the house's day in which an instant lies, earliest first."""
        date = day.astimezone(self.zone).date()
        return [datetime.combine(date, at, tzinfo=self.zone) for at in self.times]


def next_window(now: datetime, windows: Windows) -> datetime:
    """Return the first window strictly after an instant."""
    for step in range(3):
        for window in windows.on(now + timedelta(days=step)):
            if window > now:
                return window
    msg = "no window within two days"
    raise AssertionError(msg)


def previous_window(now: datetime, windows: Windows) -> datetime:
    """Return the last window strictly before an instant."""
    for step in range(3):
        for window in reversed(windows.on(now - timedelta(days=step))):
            if window < now:
                return window
    msg = "no window within two days"
    raise AssertionError(msg)


def evening_before(starts_at: datetime, windows: Windows) -> datetime:
    """Return the last window of the house's day before the one in which something starts."""
    return windows.on(starts_at.astimezone(windows.zone) - timedelta(days=1))[-1]


def morning_of(starts_at: datetime, windows: Windows) -> datetime | None:
    """Return the first window of the day something starts, or None if that comes too late."""
    first = windows.on(starts_at)[0]
    return first if first < starts_at else None


def place(
    due_at: datetime, *, now: datetime, useful_until: datetime | None, windows: Windows
) -> datetime | None:
    """
    Return the window in which a timed mail leaves, or None when no window is of any use.

    The first window from ``due_at`` on that is not past; if that one comes too late to be
    useful, the last one before it that is still ahead.
    """
    after = max(due_at, now)
    is_window = after > now and after in windows.on(after)
    at = after if is_window else next_window(after, windows)
    if useful_until is None or at < useful_until:
        return at
    earlier = previous_window(at, windows)
    return earlier if now < earlier < useful_until else None


def pause_after(attempt: int, *, chance: float) -> timedelta | None:
    """
    Return how long to wait after this many temporary refusals, or None to give up.

    ``chance`` in [0, 1) spreads the pause over ± 20 %, so that a crowd does not return at once.
    """
    if not 1 <= attempt <= len(BACKOFF):
        return None
    return BACKOFF[attempt - 1] * (1 - JITTER + 2 * JITTER * chance)


def is_permanent(codes: Sequence[int]) -> bool:
    """Say whether a mail server's answers mean that this address will never take the mail."""
    return bool(codes) and all(code in _PERMANENT_CODES for code in codes)


def most_pressing(lane: Lane) -> int:
    """Return the largest priority number a lane sweeps."""
    return {Lane.SAFETY: Priority.SAFETY, Lane.ACCOUNT: Priority.ACCOUNT}.get(lane, 9)


def hour_of(instant: datetime) -> datetime:
    """Return the hour an instant lies in: rows of the inbox know no finer time."""
    return instant.replace(minute=0, second=0, microsecond=0)


def hour_after(instant: datetime) -> datetime:
    """Return the end of the hour an instant lies in; a full hour is its own end."""
    hour = hour_of(instant)
    return hour if hour == instant else hour + timedelta(hours=1)


def cannot_wait(starts_at: datetime, *, now: datetime, windows: Windows) -> bool:
    """Say whether something starts before the next window: its mail leaves at once."""
    return now < starts_at <= next_window(now, windows)


def coarse(count: int) -> int:
    """Return a count rounded up to tens, so that whoever watches it sees no single deed."""
    return -(-count // 10) * 10
