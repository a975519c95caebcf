"""What a member reads of circles: the lists, the page of one, her meetings."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from groups import policies
from groups.choices import (
    LIVE_ENROLMENTS,
    MEMBERS,
    Band,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    JoinPolicy,
    MeetingStatus,
    PlaceState,
    Visibility,
    Way,
)
from groups.models import Enrolment, Meeting, SupportGroup
from groups.notices import MEMBER
from groups.rules.enrolment import best_band, queue_band_of
from groups.rules.words import MOST_TEXTS, NEWEST
from groups.selectors.cards import Facts, list_circles, ways_of
from groups.selectors.closeness import is_closed_to
from groups.selectors.member_meetings import (
    coming_meetings,
    excused_in,
    get_meeting_page,
    list_coming,
    meeting_rows,
    offer_row,
    rhythm_of,
)
from groups.selectors.nicknames import own_everywhere, suggest_alias, telling_of
from groups.selectors.pools import count_pools
from groups.selectors.rows import (
    AgreementRow,
    CircleList,
    CirclePage,
    CircleRow,
    ComingRow,
    MeetingPage,
    MemberMeetingRow,
    OfferRow,
    OtherRow,
    OwnStanding,
    WayRow,
)
from groups.selectors.shapes import (
    Claim,
    agreement_of,
    blocks_of,
    claims_of,
    leaders_of,
    newest_agreement,
    with_claims,
    with_leaders,
)
from portal.notifications.selectors import address_choice
from portal.people.actors import Account
from portal.people.selectors import private_addresses
from portal.vault.services import open_field_text

__all__ = [
    "AgreementRow",
    "CircleList",
    "CirclePage",
    "CircleRow",
    "ComingRow",
    "MeetingPage",
    "MemberMeetingRow",
    "OfferRow",
    "OtherRow",
    "OwnStanding",
    "WayRow",
    "get_circle_page",
    "get_meeting_page",
    "list_circles",
    "list_coming",
]

LAPSED = "LAPSED"
"""The state of whoever can go back into the queue: an offer ran out, or she let it go."""
OTHERS = 3
"""How many other circles the page of one proposes."""


def get_circle_page(*, actor: Account, group_id: UUID, now: datetime) -> CirclePage:
    """
    Return a circle as the actor sees it; it changes nothing.

    Announcements and texts are for members. Whoever may not come in sees it full, with other
    circles beside it, as everybody does when it is.

    :raises Http404: for a draft, another agency's or none, and an ended one she was not in.
    """
    group = policies.get_circle(
        actor=actor, group_id=group_id, now=now, shape=partial(_shape, now=now)
    )
    everywhere = list(with_claims(own_everywhere(actor=actor, group_id=group.pk)))
    own = next((row for row in everywhere if row.group_id == group.pk), None)
    live = own if own and own.state in LIVE_ENROLMENTS else None
    agreement = agreement_of(group)
    standing = _standing(own, agreement.version if agreement else 0) if own else None
    is_member = standing is not None and standing.is_member
    coming = coming_meetings(group, own=live, now=now)
    ways = () if is_member else _ways(actor, group, live, coming, now=now)
    is_full = (
        group.kind == GroupKind.CLOSED and best_band([row.band for row in ways]) == Band.FULL
    )
    can_join = _can_join(group, standing, agreement)
    shows_others = not is_member and (is_full or not can_join or own is not None)
    addresses, address = _mail(actor, group, standing)
    return CirclePage(
        id=group.pk,
        name=group.name,
        topic=group.topic,
        about=group.about,
        language=group.language,
        kind=group.kind,
        kind_label=str(GroupKind(group.kind).label),
        zone=group.zone,
        rhythm=rhythm_of(coming, now=now),
        status=group.status,
        facilitators=tuple(leaders_of(group)),
        ways=ways,
        is_full=is_full,
        agreement=agreement,
        needs_code=group.visibility == Visibility.REFERRAL and live is None,
        needs_talk=group.join_policy == JoinPolicy.SCREENING and live is None,
        can_join=can_join,
        suggested_alias=_proposed(actor, group, own, everywhere, now=now) if can_join else "",
        addresses=addresses,
        address=address,
        own=standing,
        meetings=meeting_rows(
            coming,
            group=group,
            own=live,
            excused=excused_in(coming),
            with_holidays=is_member,
        ),
        announcements=_announcements(group) if is_member else (),
        resources=_resources(group) if is_member else (),
        others=_others(actor, group, everywhere) if shows_others else (),
    )


def _shape(groups: QuerySet[SupportGroup], *, now: datetime) -> QuerySet[SupportGroup]:
    shown = with_leaders(groups, now=now)
    return shown.annotate(agreement_row=newest_agreement("pk"))


def _ways(
    actor: Account,
    group: SupportGroup,
    live: Enrolment | None,
    coming: Sequence[Meeting],
    *,
    now: datetime,
) -> tuple[WayRow, ...]:
    """Return the ways with their bands: as full where something stands in her way."""
    is_closed = (
        live.held_back if live else is_closed_to(actor=actor, group_id=group.pk, now=now)
    )
    soonest = next((row for row in coming if row.status == MeetingStatus.PLANNED), None)
    facts = Facts(
        own={},
        closed=frozenset({group.pk} if is_closed else ()),
        pools=count_pools(group_ids=[group.pk], meeting_ids=[soonest.pk] if soonest else []),
        next_meetings={group.pk: soonest} if soonest else {},
    )
    return ways_of(group, facts, now=now)


def _claim(own: Enrolment) -> Claim | None:
    """Return what stands for somebody now: an offer first, then her seat or turn here."""
    ordered = sorted(
        claims_of(own),
        key=lambda place: (
            place.state != PlaceState.OFFERED,
            place.meeting_id is not None,
            place.expires_at.timestamp() if place.expires_at else 0,
        ),
    )
    here = (
        place
        for place in ordered
        if place.state == PlaceState.OFFERED or place.meeting_id is None
    )
    return next(here, None)


def _standing(own: Enrolment, version: int) -> OwnStanding:
    place = _claim(own)
    state, label = _state(own, place)
    waits = place is not None and place.state == PlaceState.WAITING
    way = Way(place.way) if place and place.meeting_id is None else None
    return OwnStanding(
        enrolment_id=own.pk,
        state=state,
        state_label=label,
        alias=open_field_text(own, "alias") if own.alias is not None else "",
        way_label=str(way.label) if way else "",
        queue_label=str(queue_band_of(1 + place.ahead).label) if place and waits else "",
        offer=offer_row(place),
        agreement_is_stale=own.agreement_version != version,
        blocks=blocks_of(own),
        is_member=own.state in MEMBERS,
    )


def _state(own: Enrolment, place: Claim | None) -> tuple[str, str]:
    if own.state == EnrolmentState.WAITING and place is None:
        return LAPSED, str(PlaceState.LAPSED.label)
    shown = EnrolmentState.REMOVED if own.state == EnrolmentState.BARRED else own.state
    return str(shown), str(EnrolmentState(shown).label)


def _can_join(
    group: SupportGroup, standing: OwnStanding | None, agreement: AgreementRow | None
) -> bool:
    """Say whether the button is there: the group takes people in, and she is not in it."""
    is_new = standing is None or standing.state not in LIVE_ENROLMENTS
    return group.status == GroupStatus.ACTIVE and agreement is not None and is_new


def _proposed(
    actor: Account,
    group: SupportGroup,
    own: Enrolment | None,
    everywhere: Iterable[Enrolment],
    *,
    now: datetime,
) -> str:
    """Return the nickname the form proposes: the one she has had here, or a free one."""
    if own is not None and own.alias is not None:
        return open_field_text(own, "alias")
    telling = telling_of(actor=actor, own=everywhere, group_id=group.pk)
    return suggest_alias(actor=actor, group_id=group.pk, telling=telling, now=now)


def _mail(
    actor: Account, group: SupportGroup, standing: OwnStanding | None
) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """Return her addresses and where news goes, for whoever is in or on her way in."""
    if standing is None or standing.state not in LIVE_ENROLMENTS:
        return (), None
    addresses = tuple((row.email, row.masked) for row in private_addresses(actor=actor))
    if not addresses:
        return (), None
    return addresses, address_choice(namespace=MEMBER, user_id=actor.user_id, scope=group.pk)


def _others(
    actor: Account, group: SupportGroup, everywhere: Iterable[Enrolment]
) -> tuple[OtherRow, ...]:
    """Return other listed circles that take people in and that she is not in, by name."""
    hers = [row.group_id for row in everywhere if row.state in LIVE_ENROLMENTS]
    others = (
        policies.listed_groups(actor)
        .filter(status=GroupStatus.ACTIVE)
        .exclude(pk__in=[group.pk, *hers])
        .order_by("name", "pk")
    )
    return tuple(OtherRow(row.pk, row.name, row.topic) for row in others[:OTHERS])


def _announcements(group: SupportGroup) -> tuple[tuple[str, date, str], ...]:
    newest = group.announcements.select_related("author").order_by("-position")[:NEWEST]
    return tuple(
        (open_field_text(row, "text"), row.on_day, row.author.display_name) for row in newest
    )


def _resources(group: SupportGroup) -> tuple[tuple[UUID, str, str], ...]:
    rows = group.resources.order_by("position", "pk")[:MOST_TEXTS]
    return tuple((row.pk, row.title, open_field_text(row, "text")) for row in rows)
