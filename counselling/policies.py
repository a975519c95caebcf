"""Who may see and do what here: the only door to rows. Absent and foreign are the same 404."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from counselling.choices import AppointmentStatus
from counselling.models import Appointment, AppointmentQuerySet, Client, Counsellor, Service
from counselling.notices import CLIENT
from portal.audit.services import count_refusal
from portal.notifications.services import inbox_tag
from portal.people.actors import Account, Actor, CodeHolder
from portal.people.choices import Role
from portal.people.models import RoleGrant

ROUTE = "temu"


def owner_tag_of(actor: Account) -> bytes:
    """
    Return the tag under which this account's client record can be found.

    It is the tag of its inbox in this room, too: one tag a person and room, shared with no
    other.
    """
    return inbox_tag(namespace=CLIENT, user_id=actor.user_id)


def clients_of(actor: Actor) -> QuerySet[Client]:
    """Return the actor's own client record, one or none."""
    if isinstance(actor, CodeHolder):
        return Client.objects.filter(code_tag=actor.code_tag)
    return Client.objects.filter(owner_tag=owner_tag_of(actor))


def appointments_of(actor: Actor) -> AppointmentQuerySet:
    """Return the appointments the actor made as a client."""
    if isinstance(actor, CodeHolder):
        return Appointment.objects.filter(client__code_tag=actor.code_tag)
    return Appointment.objects.filter(client__owner_tag=owner_tag_of(actor))


def get_own_appointment(*, actor: Actor, appointment_id: UUID, now: datetime) -> Appointment:
    """
    Return an appointment the actor made as a client, with its counsellor and service.

    :raises Http404: if it does not exist or is not hers; the two look and cost alike.
    """
    found = appointments_of(actor).select_related("counsellor", "service", "client")
    return _one(found, appointment_id, now)


def lock_own_appointment(*, actor: Actor, appointment_id: UUID, now: datetime) -> Appointment:
    """
    Return an own appointment and lock the client it belongs to, to the end of the transaction.

    :raises Http404: if it does not exist or is not hers; the two look and cost alike.
    """
    found = (
        appointments_of(actor)
        .select_related("counsellor", "service", "client")
        .select_for_update(of=("client",))
    )
    return _one(found, appointment_id, now)


def counsellor_of(actor: Actor) -> Counsellor:
    """
    Return the counsellor the actor is.

    :raises Http404: if she holds no counsellor's role today or is not set up as one.
    """
    if not isinstance(actor, Account) or Role.COUNSELLOR not in actor.roles:
        raise Http404
    found = Counsellor.objects.filter(user_id=actor.user_id, is_active=True).first()
    if found is None:
        raise Http404
    return found


def get_assigned_appointment(
    *, actor: Actor, appointment_id: UUID, now: datetime
) -> Appointment:
    """
    Return an appointment in the actor's own diary as a counsellor; a hold is not one yet.

    :raises Http404: if it does not exist or is in another diary; the two look and cost alike.
    """
    found = (
        Appointment.objects.filter(counsellor=counsellor_of(actor))
        .exclude(status=AppointmentStatus.HELD)
        .select_related("counsellor", "service", "client")
    )
    return _one(found, appointment_id, now)


def headed_agency(actor: Account) -> UUID:
    """
    Return the agency whose counselling service the actor heads.

    :raises Http404: if there is none.
    """
    if Role.HEAD not in actor.roles or actor.agency_id is None:
        raise Http404
    return actor.agency_id


def get_service(*, actor: Account, service_id: UUID) -> Service:
    """
    Return a service of the agency the actor heads.

    :raises Http404: if it is another agency's or does not exist.
    """
    found = Service.objects.filter(agency_id=headed_agency(actor), pk=service_id).first()
    if found is None:
        raise Http404
    return found


def list_services(*, actor: Account, service_ids: Sequence[UUID]) -> list[Service]:
    """
    Return these services of the agency the actor heads.

    :raises Http404: if one of them is another agency's or does not exist.
    """
    found = list(Service.objects.filter(agency_id=headed_agency(actor), pk__in=service_ids))
    if len(found) != len(set(service_ids)):
        raise Http404
    return found


def get_offered_counsellor(*, actor: Account, counsellor_id: UUID) -> Counsellor:
    """
    Return a counsellor the actor looks after.

    :raises Http404: if she is none of these.
    """
    found = offered_counsellors(actor).filter(pk=counsellor_id).first()
    if found is None:
        raise Http404
    return found


def offered_counsellors(actor: Account) -> QuerySet[Counsellor]:
    """
    Return the counsellors the actor looks after, each once.

    Whoever offers something in her agency, holds a counsellor's role there, or has no service
    yet and is employed there or nowhere.

    :raises Http404: if the actor heads no service.
    """
    agency_id = headed_agency(actor)
    granted = RoleGrant.objects.filter(
        user=OuterRef("user"), agency_id=agency_id, role=Role.COUNSELLOR, ends_on=None
    )
    own = Service.objects.filter(agency_id=agency_id, counsellors=OuterRef("pk"))
    anything = Service.objects.filter(counsellors=OuterRef("pk"))
    nearby = Q(home_agency_id=agency_id) | Q(home_agency_id__isnull=True)
    return Counsellor.objects.filter(
        Exists(own) | Exists(granted) | (~Exists(anything) & nearby)
    )


def _one(found: QuerySet[Appointment], appointment_id: UUID, now: datetime) -> Appointment:
    appointment = found.filter(pk=appointment_id).first()
    if appointment is None:
        # Counted by hour and room, without a person: a foreign id and a random one alike.
        count_refusal(route=ROUTE, now=now)
        raise Http404
    return appointment
