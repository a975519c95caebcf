"""What pages need of a group or of one's own enrolment, brought along in the query for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject
from django.utils.timezone import localdate
from django.utils.translation import get_language

from groups.choices import LIVE_PLACES, AssignmentKind, EnrolmentState, PlaceState
from groups.models import Agreement, Assignment, Block, Enrolment, Place, SupportGroup
from groups.models.members import EnrolmentQuerySet
from groups.selectors.rows import AgreementRow

IN_TURN = (EnrolmentState.WAITING, EnrolmentState.ACTIVE)
"""Whose turn can come, where nothing holds her back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One's own live claim on a place: where it stands, and how many are before it."""

    place_id: UUID
    state: PlaceState
    way: str
    meeting_id: UUID | None
    expires_at: datetime | None
    asks_again: bool
    ahead: int


def with_leaders(
    groups: QuerySet[SupportGroup], *, now: datetime
) -> QuerySet[SupportGroup, Any]:
    """Bring along who leads each group today, whoever leads first; read by `leaders_of`."""
    rank = Case(When(kind=AssignmentKind.LEAD, then=0), default=1, output_field=IntegerField())
    leading = (
        Assignment.objects.on(localdate(now))
        .filter(group=OuterRef("pk"), facilitator__is_active=True)
        .order_by(rank, "facilitator__display_name", "pk")
        .values(
            row=JSONObject(name="facilitator__display_name", about="facilitator__about"),
        )
    )
    return groups.annotate(leaders=ArraySubquery(leading))


def leaders_of(group: SupportGroup) -> list[tuple[str, str]]:
    """Return (name, about) of who leads a group; it was read `with_leaders`."""
    return [(row["name"], row["about"]) for row in vars(group)["leaders"]]


def with_version(groups: QuerySet[SupportGroup]) -> QuerySet[SupportGroup, Any]:
    """Bring along the newest version of each group's agreement, 0 where there is none."""
    newest = _newest_agreement("pk").values("version")[:1]
    return groups.annotate(newest_version=Coalesce(Subquery(newest), Value(0)))


def version_of(group: SupportGroup) -> int:
    """Return the newest version of a group's agreement; it was read `with_version`."""
    version: int = vars(group)["newest_version"]
    return version


def newest_agreement(group: str) -> Subquery:
    """Return the agreement of a group as it stands, for `agreement_of`; ``group``: its path."""
    words = JSONObject(
        version="version", text_id="text_id", text_en="text_en", published_on="published_on"
    )
    return Subquery(_newest_agreement(group).values(row=words)[:1])


def agreement_of(row: Model) -> AgreementRow | None:
    """Return the agreement in the reader's language; it came along as ``agreement_row``."""
    newest = vars(row)["agreement_row"]
    if newest is None:
        return None
    english = (get_language() or "id").startswith("en")
    text = newest["text_en"] if english and newest["text_en"] else newest["text_id"]
    published_on = date.fromisoformat(newest["published_on"])
    return AgreementRow(version=newest["version"], text=text, published_on=published_on)


def with_offer(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Bring along, as ``has_offer``, whether a place is kept."""
    offers = Place.objects.filter(enrolment=OuterRef("pk"), state=PlaceState.OFFERED)
    return enrolments.annotate(has_offer=Exists(offers))


def has_offer(enrolment: Enrolment) -> bool:
    """Say whether a place is kept; the enrolment was read `with_offer`."""
    return bool(vars(enrolment)["has_offer"])


def with_claims(enrolments: EnrolmentQuerySet) -> EnrolmentQuerySet:
    """Bring along one's own live claims and how many people one would rather not meet."""
    earlier = Q(turn__lt=OuterRef("turn")) | Q(
        turn=OuterRef("turn"), queue_no__lt=OuterRef("queue_no")
    )
    ahead = (
        Place.objects.waiting()
        .filter(earlier, pool=OuterRef("pool"))
        .filter(enrolment__held_back=False, enrolment__state__in=IN_TURN)
    )
    claims = (
        Place.objects.filter(enrolment=OuterRef("pk"), state__in=LIVE_PLACES)
        .annotate(ahead=_count(ahead, "pool"))
        .order_by("pk")
        .values(
            row=JSONObject(
                id="pk", state="state", way="pool__way", meeting="pool__meeting_id",
                expires="offer_expires_at", again="asks_again", ahead="ahead",
            )
        )
    )  # fmt: skip
    blocks = Block.objects.filter(enrolment=OuterRef("pk"))
    return enrolments.annotate(
        claims=ArraySubquery(claims), block_count=_count(blocks, "enrolment")
    )


def claims_of(enrolment: Enrolment) -> list[Claim]:
    """Return one's own live claims; the enrolment was read `with_claims`."""
    rows = vars(enrolment)["claims"]
    return [
        Claim(
            place_id=UUID(row["id"]),
            state=PlaceState(row["state"]),
            way=row["way"],
            meeting_id=UUID(row["meeting"]) if row["meeting"] else None,
            expires_at=datetime.fromisoformat(row["expires"]) if row["expires"] else None,
            asks_again=row["again"],
            ahead=row["ahead"],
        )
        for row in rows
    ]


def blocks_of(enrolment: Enrolment) -> int:
    """Return how many people she would rather not meet; it was read `with_claims`."""
    blocks: int = vars(enrolment)["block_count"]
    return blocks


def claims_in(enrolment: Enrolment, meeting_ids: Collection[UUID]) -> dict[UUID, Claim]:
    """Return one's own claims by meeting, a seat before a turn."""
    ordered = sorted(claims_of(enrolment), key=lambda row: row.state != PlaceState.WAITING)
    return {
        row.meeting_id: row
        for row in ordered
        if row.meeting_id is not None and row.meeting_id in meeting_ids
    }


def _newest_agreement(group: str) -> QuerySet[Agreement]:
    return Agreement.objects.filter(group=OuterRef(group)).order_by("-version")


def _count(rows: "QuerySet[Any]", by: str) -> Coalesce:
    """Count the rows of a subquery, which all share one value of ``by``."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), Value(0))
