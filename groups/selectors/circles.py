"""What a member reads of circles: the lists, the page of one, her meetings."""

from datetime import date, datetime
from uuid import UUID

from groups import policies
from groups.choices import (
    LIVE_ENROLMENTS,
    LIVE_PLACES,
    MEMBERS,
    Band,
    EnrolmentState,
    GroupKind,
    GroupStatus,
    JoinPolicy,
    PlaceState,
    Visibility,
    Way,
)
from groups.models import Enrolment, Place, SupportGroup
from groups.notices import MEMBER
from groups.rules.enrolment import best_band
from groups.selectors.cards import (
    Facts,
    gather,
    list_circles,
    list_others,
    list_own_circles,
    ways_of,
)
from groups.selectors.member_meetings import (
    agreement_row,
    coming_meetings,
    get_meeting_page,
    list_coming,
    meeting_rows,
)
from groups.selectors.nicknames import suggest_alias, telling_of
from groups.selectors.pools import queue_label
from groups.selectors.rows import (
    AgreementRow,
    CircleList,
    CirclePage,
    CircleRow,
    ComingRow,
    MeetingPage,
    MemberMeetingRow,
    OfferRow,
    OwnStanding,
    WayRow,
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
    "OwnStanding",
    "WayRow",
    "get_circle_page",
    "get_meeting_page",
    "list_circles",
    "list_coming",
    "list_own_circles",
]

LAPSED = "LAPSED"
"""The state of whoever can go back into the queue: an offer ran out, or she let it go."""
OTHERS = 3
"""How many other circles the page of one proposes."""


def get_circle_page(*, actor: Account, group_id: UUID, now: datetime) -> CirclePage:
    """
    Return a circle as the actor sees it.

    Announcements and texts are for members. Whoever may not come in sees it full, with other
    circles beside it, as everybody does when it is.

    :raises Http404: for a draft, another agency's or none, and an ended one she was not in.
    """
    group = policies.get_circle(actor=actor, group_id=group_id, now=now)
    own = policies.enrolments_of(actor=actor, group_ids=[group.pk]).first()
    live = own if own and own.state in LIVE_ENROLMENTS else None
    facts = gather(actor, [group], {group.pk: live} if live else {}, now=now)
    place = _claim(own) if own else None
    standing = _standing(own, place, facts) if own else None
    is_member = standing is not None and standing.is_member
    ways = ways_of(group, facts, now=now)
    can_join = _can_join(group, standing, facts)
    return CirclePage(
        id=group.pk,
        name=group.name,
        topic=group.topic,
        about=group.about,
        language=group.language,
        kind=group.kind,
        kind_label=str(GroupKind(group.kind).label),
        zone=group.zone,
        rhythm=facts.rhythms.get(group.pk, ""),
        status=group.status,
        facilitators=tuple(facts.leaders.get(group.pk, [])),
        ways=ways,
        is_full=group.kind == GroupKind.CLOSED
        and best_band([row.band for row in ways]) == Band.FULL,
        agreement=agreement_row(group.pk),
        needs_code=group.visibility == Visibility.REFERRAL and live is None,
        needs_talk=group.join_policy == JoinPolicy.SCREENING and live is None,
        can_join=can_join,
        suggested_alias=_proposed(actor, group, own, now=now) if can_join else "",
        addresses=tuple((row.email, row.masked) for row in private_addresses(actor=actor)),
        address=address_choice(namespace=MEMBER, user_id=actor.user_id, scope=group.pk),
        own=standing,
        meetings=meeting_rows(coming_meetings(group, now=now), group=group, own=live),
        announcements=_announcements(group) if is_member else (),
        resources=_resources(group) if is_member else (),
        others=()
        if is_member
        else tuple(list_others(actor=actor, group=group, now=now, most=OTHERS)),
    )


def _claim(own: Enrolment) -> Place | None:
    """Return what stands for somebody now: an offer first, then her seat or turn here."""
    live = Place.objects.filter(enrolment=own, state__in=LIVE_PLACES).select_related("pool")
    ordered = sorted(
        live,
        key=lambda place: (
            place.state != PlaceState.OFFERED,
            place.pool.meeting_id is not None,
            place.offer_expires_at.timestamp() if place.offer_expires_at else 0,
        ),
    )
    here = (
        place
        for place in ordered
        if place.state == PlaceState.OFFERED or place.pool.meeting_id is None
    )
    return next(here, None)


def _standing(own: Enrolment, place: Place | None, facts: Facts) -> OwnStanding:
    state, label = _state(own, place)
    waits = place is not None and place.state == PlaceState.WAITING
    way = Way(place.pool.way) if place and place.pool.meeting_id is None else None
    return OwnStanding(
        enrolment_id=own.pk,
        state=state,
        state_label=label,
        alias=open_field_text(own, "alias") if own.alias is not None else "",
        way_label=str(way.label) if way else "",
        queue_label=queue_label(place) if place and waits else "",
        offer=_offer(place),
        agreement_is_stale=own.agreement_version != facts.versions.get(own.group_id, 0),
        blocks=own.blocks.count(),
        is_member=own.state in MEMBERS,
    )


def _state(own: Enrolment, place: Place | None) -> tuple[str, str]:
    if own.state == EnrolmentState.WAITING and place is None:
        return LAPSED, str(PlaceState.LAPSED.label)
    shown = EnrolmentState.REMOVED if own.state == EnrolmentState.BARRED else own.state
    return str(shown), str(EnrolmentState(shown).label)


def _can_join(group: SupportGroup, standing: OwnStanding | None, facts: Facts) -> bool:
    """Say whether the button is there: the group takes people in, and she is not in it."""
    is_new = standing is None or standing.state not in LIVE_ENROLMENTS
    return group.status == GroupStatus.ACTIVE and group.pk in facts.versions and is_new


def _proposed(
    actor: Account, group: SupportGroup, own: Enrolment | None, *, now: datetime
) -> str:
    """Return the nickname the form proposes: the one she has had here, or a free one."""
    if own is not None and own.alias is not None:
        return open_field_text(own, "alias")
    telling = telling_of(actor=actor, group_id=group.pk)
    return suggest_alias(actor=actor, group_id=group.pk, telling=telling, now=now)


def _offer(place: Place | None) -> OfferRow | None:
    if place is None or place.state != PlaceState.OFFERED or place.offer_expires_at is None:
        return None
    return OfferRow(place.pk, place.offer_expires_at, place.pool.meeting_id)


def _announcements(group: SupportGroup) -> tuple[tuple[str, date, str], ...]:
    newest = group.announcements.select_related("author").order_by("-position")
    return tuple(
        (open_field_text(row, "text"), row.on_day, row.author.display_name) for row in newest
    )


def _resources(group: SupportGroup) -> tuple[tuple[UUID, str, str], ...]:
    rows = group.resources.order_by("position", "pk")
    return tuple((row.pk, row.title, open_field_text(row, "text")) for row in rows)
