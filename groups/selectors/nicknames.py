"""Nicknames of one group: which are free, which would tell, which one to propose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from groups import policies
from groups.choices import Refusal
from groups.models import Enrolment
from groups.models.members import EnrolmentQuerySet
from groups.rules.enrolment import ALIAS_LEAST, NICKNAMES, pick_nickname
from groups.selectors.every import every_group
from portal.people.actors import Account
from portal.people.rules import alias_tells, fold_alias
from portal.people.selectors import signs_of
from portal.vault.services import open_field_text, tag


@dataclass(frozen=True, slots=True)
class Telling:
    """What would show who somebody is: her names, her unit, her nicknames elsewhere."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    elsewhere: frozenset[str]

    def __repr__(self) -> str:
        return "<telling>"

    def is_in(self, alias: str) -> bool:
        """Say whether a nickname shows who she is, or that two nicknames are one person."""
        return fold_alias(alias) in self.elsewhere or alias_tells(
            alias, names=self.names, units=self.units
        )


def alias_tag_of(*, group_id: UUID, alias: str) -> bytes:
    """Return the tag under which nobody else in a group has a nickname that looks alike."""
    return tag("groups.alias", group_id, fold_alias(alias))


def own_everywhere(*, actor: Account, group_id: UUID) -> EnrolmentQuerySet:
    """Return the actor's own enrolments in every group there is, past ones included."""
    # A group that another process made a moment ago is not known yet; this one always is.
    return policies.enrolments_of(actor=actor, group_ids=list({*every_group(), group_id}))


def telling_of(*, actor: Account, own: Iterable[Enrolment], group_id: UUID) -> Telling:
    """
    Return what no nickname of the actor in a group may show; one query.

    ``own`` are her enrolments everywhere, see `own_everywhere`.
    """
    signs = signs_of(user_id=actor.user_id)
    elsewhere = [row for row in own if row.group_id != group_id and row.alias is not None]
    return Telling(
        names=signs.names,
        units=signs.units,
        elsewhere=frozenset(fold_alias(open_field_text(row, "alias")) for row in elsewhere),
    )


def refuse_alias(
    *, alias: str, group_id: UUID, telling: Telling, own_id: UUID
) -> Refusal | None:
    """Return why a nickname cannot be taken in a group, or None; one query at most."""
    if len(fold_alias(alias)) < ALIAS_LEAST:
        return Refusal.ALIAS_EMPTY
    if telling.is_in(alias):
        return Refusal.ALIAS_TELLS
    wanted = alias_tag_of(group_id=group_id, alias=alias)
    taken = Enrolment.objects.filter(group=group_id, alias_tag=wanted)
    return Refusal.ALIAS_TAKEN if taken.exclude(pk=own_id).exists() else None


def suggest_alias(*, actor: Account, group_id: UUID, telling: Telling, now: datetime) -> str:
    """
    Return a free nickname: the same for a person and group all month, unless it was taken.

    One query.
    """
    safe = {
        alias_tag_of(group_id=group_id, alias=word): word
        for word in NICKNAMES
        if not telling.is_in(word)
    }
    taken = Enrolment.objects.filter(group=group_id, alias_tag__in=list(safe))
    gone = {bytes(one) for one in taken.values_list("alias_tag", flat=True) if one}
    free = frozenset(word for alias_tag, word in safe.items() if alias_tag not in gone)
    month = localdate(now).strftime("%Y-%m")
    seed = tag("groups.suggestion", group_id, actor.user_id, month)
    return pick_nickname(seed, free=free)
