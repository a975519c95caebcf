"""The run of a meeting: its parts on the clock, and who may do what at which minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from groups.choices import Block, GroupStatus, MeetingStatus, Refusal, Way

MEMBERS_ENTER: Final = timedelta(minutes=15)
HOSTS_ENTER: Final = timedelta(minutes=30)
AFTERWARDS: Final = timedelta(minutes=15)
"""How long after its end a meeting still takes signals: somebody may be outside the door."""
NOTING_OPENS: Final = timedelta(hours=1)
NOTING_CLOSES: Final = timedelta(days=14)
"""How long after a meeting what was noted about it may be put right."""
RUN_CLOSES: Final = timedelta(hours=1)
RUN_SHEET: Final[Mapping[Block, int]] = {
    Block.WELCOME: 5,
    Block.LIMITS: 5,
    Block.AGREEMENT: 5,
    Block.CHECK_IN: 20,
    Block.TOPIC: 35,
    Block.CHECK_OUT: 15,
    Block.RESOURCES: 5,
}
"""Minutes of a meeting of an hour and a half; each group may weigh them anew."""


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """One part of a meeting on the clock; ``no`` counts from 0."""

    no: int
    block: Block
    minutes: int
    starts_at: datetime
    ends_at: datetime
    is_now: bool
    is_past: bool


def default_minutes(length: int) -> dict[Block, int]:
    """Return the minutes of each part of a meeting of so many minutes; they fill it."""
    return fit(RUN_SHEET, length)


def read_sheet(rows: Sequence[Sequence[object]]) -> dict[Block, int]:
    """Return a stored run sheet in the order of the parts; what is unknown is left out."""
    stored = {str(name): minutes for name, minutes in rows}
    return {
        block: minutes
        for block in Block
        if isinstance(minutes := stored.get(block.value), int) and minutes > 0
    }


def fit(minutes: Mapping[Block, int], length: int) -> dict[Block, int]:
    """
    Return minutes that fill a meeting of a length, in the proportions given; none is under 1.

    Parts of 0 minutes are left out. Where there are fewer minutes than parts, the last parts
    are. What rounding leaves over goes to the longest part.
    """
    parts = [(block, minutes[block]) for block in Block if minutes.get(block, 0) > 0]
    parts = parts[: max(length, 0)]
    total = sum(weight for _, weight in parts)
    if not parts:
        return {}
    # One minute each; the rest in proportion, so that short meetings keep every part.
    spare = length - len(parts)
    fitted = {block: 1 + spare * weight // total for block, weight in parts}
    if total == length:
        fitted = dict(parts)
    longest = max(parts, key=lambda part: part[1])[0]
    fitted[longest] += length - sum(fitted.values())
    return fitted


def plan_blocks(
    minutes: Mapping[Block, int],
    *,
    starts_at: datetime,
    block_no: int | None,
    block_since: datetime | None,
    now: datetime,
) -> list[PlannedBlock]:
    """
    Return the parts of a meeting on the clock, without gaps, in their order.

    Before it was started they count from the meeting's start. While one runs they count from
    when that began; if it takes longer than planned, the later ones are pushed back.
    """
    parts = list(minutes.items())
    running = block_no if block_no is not None and 0 <= block_no < len(parts) else None
    edges = [starts_at]
    for _, length in parts:
        edges.append(edges[-1] + timedelta(minutes=length))
    if running is not None and block_since is not None:
        shift = block_since - edges[running]
        late = max(timedelta(0), now - (edges[running + 1] + shift))
        edges = [edge + shift + (late if i > running else timedelta(0))
                 for i, edge in enumerate(edges)]  # fmt: skip
    return [
        PlannedBlock(
            no=no,
            block=block,
            minutes=length,
            starts_at=edges[no],
            ends_at=edges[no + 1],
            is_now=no == running,
            is_past=running is not None and no < running,
        )
        for no, (block, length) in enumerate(parts)
    ]


def refuse_noting(
    *, status: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Refusal | None:
    """Return why nothing can be noted about a meeting at this moment, or None."""
    if status != MeetingStatus.PLANNED:
        return Refusal.NOT_PLANNED
    if now < starts_at - NOTING_OPENS:
        return Refusal.NOT_YET
    return Refusal.NOTED_LONG_AGO if now > ends_at + NOTING_CLOSES else None


def refuse_step(
    *, status: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> Refusal | None:
    """Return why the run sheet of a meeting cannot be stepped through, or None."""
    if status != MeetingStatus.PLANNED:
        return Refusal.NOT_PLANNED
    if now < starts_at - NOTING_OPENS:
        return Refusal.NOT_YET
    return Refusal.OVER if now > ends_at + RUN_CLOSES else None


def takes_signals(
    *, status: str, group_status: str, starts_at: datetime, ends_at: datetime, now: datetime
) -> bool:
    """Say whether a meeting runs, so that a member can let its facilitators know something."""
    runs = status == MeetingStatus.PLANNED and group_status == GroupStatus.ACTIVE
    return runs and starts_at - MEMBERS_ENTER <= now <= ends_at + AFTERWARDS


def is_room_open(
    *,
    status: str,
    group_status: str,
    ways: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    opens_before: timedelta = MEMBERS_ENTER,
    now: datetime,
) -> bool:
    """
    Say whether the online room of a meeting lets people in, from so long before its start.

    To its end; never while it is cancelled, not online, or its group is not open.
    """
    takes_place = status == MeetingStatus.PLANNED and group_status == GroupStatus.ACTIVE
    return takes_place and Way.ONLINE in ways and starts_at - opens_before <= now < ends_at
