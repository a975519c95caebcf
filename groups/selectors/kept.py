"""What is kept of somebody's circles, for her own eyes; read by her own tags."""

from dataclasses import dataclass

from groups import policies
from groups.choices import LIVE_ENROLMENTS
from portal.audit.selectors import OpenedRow, list_for_subjects
from portal.people.actors import Account


@dataclass(frozen=True, slots=True)
class KeptCircles:
    """How many circles somebody is in, or on her way into, and how many she was in."""

    live: int
    past: int
    opened: tuple[OpenedRow, ...]
    """What facilitators did with her as a member: the role, the deed, the day."""


def read_kept(*, actor: Account) -> KeptCircles:
    """Return what is kept of the actor's circles; nothing is written, nothing recorded."""
    group_ids = list(policies.visible_groups(actor).values_list("id", flat=True))
    own = list(
        policies.enrolments_of(actor=actor, group_ids=group_ids).values_list("id", "state")
    )
    live = sum(state in LIVE_ENROLMENTS for _, state in own)
    return KeptCircles(
        live=live,
        past=len(own) - live,
        opened=tuple(list_for_subjects(subjects=[str(row_id) for row_id, _ in own])),
    )
