"""The rules of an agency in the words HR reads: every kind, every version, on or off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.leave.rules.kinds import INDONESIAN, Kind
from portal.leave.selectors.kept import labels_of
from portal.leave.selectors.rulebook import RuleRow, list_rules
from portal.people.actors import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """One version of one kind of leave, in words."""

    id: UUID
    code: str
    name: str
    family_label: str
    purpose_label: str
    """For whom it bends the rule of its family; empty for a kind that can be asked for."""
    employments: tuple[str, ...]
    limits: tuple[str, ...]
    evidence: tuple[str, ...]
    can: tuple[str, ...]
    """What the rule knows beside granting it."""
    decider_label: str
    manager_sees_label: str
    is_on: bool
    is_now: bool
    is_latest: bool
    is_past: bool
    valid_from: date
    valid_until: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True)
class RuleHistory:
    """A kind of leave: the version that a list shows, and the others, the newest first."""

    shown: RuleWords
    others: tuple[RuleWords, ...]


def list_rule_histories(*, actor: Account, now: datetime) -> list[RuleHistory]:
    """
    Return the kinds of leave of the agency with all their versions, by position; one query.

    Shown is the version that counts, else the first to come, else the last.

    :raises Http404: for anybody but an HR officer.
    """
    found: dict[str, list[RuleWords]] = {}
    today = localdate(now)
    for row in list_rules(actor=actor, now=now):
        found.setdefault(row.kind.code, []).append(_words(row, today=today))
    return [_history(versions) for versions in found.values()]


def get_rule(
    *, actor: Account, leave_type_id: UUID, now: datetime
) -> tuple[Kind, RuleWords, RuleHistory]:
    """
    Return one version of a rule: as a value, in words, and among its others; two queries.

    :raises Http404: alike for a foreign and for an absent one, and for anybody but HR.
    """
    rows = list_rules(actor=actor, now=now)
    row = next((one for one in rows if one.kind.id == leave_type_id), None)
    if row is None:
        raise Http404
    today = localdate(now)
    versions = [_words(one, today=today) for one in rows if one.kind.code == row.kind.code]
    return row.kind, _words(row, today=today), _history(versions)


def _history(versions: Sequence[RuleWords]) -> RuleHistory:
    in_force = [one for one in versions if one.is_now]
    coming = [one for one in versions if not one.is_now and not one.is_past]
    shown = (in_force + coming or list(versions[-1:]))[0]
    return RuleHistory(shown, tuple(one for one in reversed(versions) if one is not shown))


def _words(row: RuleRow, *, today: date) -> RuleWords:
    kind = row.kind
    return RuleWords(
        id=kind.id,
        code=kind.code,
        name=kind.name(get_language() or INDONESIAN),
        family_label=labels_of([kind.family])[0],
        purpose_label=str(kind.purpose.label) if kind.purpose else "",
        employments=tuple(str(one.label) for one in kind.employments),
        limits=tuple(_limits(kind)),
        evidence=tuple(_evidence(kind)),
        can=_can(kind),
        decider_label=str(kind.decider.label),
        manager_sees_label=str(kind.manager_sees.label),
        is_on=row.is_on,
        is_now=row.is_now,
        is_latest=row.is_latest,
        is_past=not row.is_now and kind.valid_from <= today,
        valid_from=kind.valid_from,
        valid_until=kind.valid_until,
        legal_basis=kind.legal_basis,
    )


def _limits(kind: Kind) -> Iterable[str]:
    yearly = kind.yearly if kind.has_account else 0
    said = (
        (yearly, _days, _("%(days)s a year")),
        (kind.carry_one, _days, _("up to %(days)s of last year go on")),
        (kind.carry_two, _days, _("up to %(days)s more if neither year was touched")),
        (kind.most or 0, _days, _("at most %(days)s at a time")),
        (kind.most_months or 0, _months, _("at most %(months)s in one go")),
        (kind.extra_months, _months, _("%(months)s more with the highest evidence")),
        (kind.service_months, _months, _("after %(months)s of service")),
        (kind.service_below, _months, _("with less than %(months)s of service")),
    )
    yield _("counted in %(unit)s") % {"unit": kind.unit.label}
    yield from (say(sentence, number) for number, say, sentence in said if number)
    if kind.half_days:
        yield _("half days are possible")


def _days(sentence: str, days: int) -> str:
    return sentence % {"days": ngettext("%(n)s day", "%(n)s days", days) % {"n": days}}


def _months(sentence: str, months: int) -> str:
    return sentence % {
        "months": ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    }


def _evidence(kind: Kind) -> Iterable[str]:
    for step in kind.evidence:
        who = ", ".join(str(issuer.label) for issuer in step.issuers)
        yield _("from day %(day)s on: %(who)s") % {"day": step.from_day, "who": who}
    if kind.evidence and kind.evidence_within:
        yield _days(_("it can follow within %(days)s"), kind.evidence_within)


def _can(kind: Kind) -> tuple[str, ...]:
    wanted = (
        (kind.can_refuse, _("not granting it")),
        (kind.can_defer, _("deferring it")),
        (kind.can_recall, _("recalling to work")),
        (kind.is_provisional, _("takes effect when it is sent")),
    )
    return tuple(said for holds, said in wanted if holds)
