"""Tables of the counselling room and the promises the database keeps."""

from datetime import datetime
from typing import Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from counselling.choices import (
    CLAIMING,
    AppointmentStatus,
    CancelledBy,
    ExceptionKind,
    Mode,
    ScheduleDeed,
    Sex,
)
from portal.common.db import BaseModel
from portal.vault.fields import (
    BoxField,
    RowSealedField,
    SealedField,
    TagField,
    sealed_check,
    tag_check,
)

COUNSELLOR_BUSY: Final = "appointment_counsellor_no_overlap"
CLIENT_BUSY: Final = "appointment_client_no_overlap"
ALIAS_ONCE: Final = "client_alias_once"
_CLAIMS_TIME = Q(status__in=CLAIMING)


class Service(BaseModel):
    """A kind of meeting an agency offers: how long, on which grid, with which notice."""

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    duration_minutes = models.PositiveSmallIntegerField(default=50)
    grid_minutes = models.PositiveSmallIntegerField(default=15)
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=10)
    min_notice_minutes = models.PositiveIntegerField(default=120)
    horizon_days = models.PositiveSmallIntegerField(default=30)
    modes = ArrayField(models.CharField(max_length=16, choices=Mode))
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="service_name_once"),
            models.CheckConstraint(
                condition=Q(duration_minutes__range=(5, 480)) & Q(grid_minutes__range=(5, 240)),
                name="service_lengths_make_sense",
            ),
        ]


class Counsellor(BaseModel):
    """
    Somebody who counsels; the tie to an account is open, counsellors are no secret.

    ``home_agency`` is empty for an external one. Whether she may be booked today is her role
    grant in the service's agency, her active account and her published key, never a flag alone.
    """

    user = models.OneToOneField("people.User", on_delete=models.PROTECT, related_name="+")
    home_agency = models.ForeignKey(
        "people.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    display_name = models.CharField(max_length=100)
    about = models.CharField(max_length=300, blank=True, default="")
    zone = models.CharField(max_length=64)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sex = models.CharField(max_length=8, choices=Sex)
    modes = ArrayField(models.CharField(max_length=16, choices=Mode))
    phone = models.CharField(max_length=40, blank=True, default="")
    room = models.CharField(max_length=100, blank=True, default="")
    directions = models.CharField(max_length=300, blank=True, default="")
    link_base = models.URLField(blank=True, default="")
    services = models.ManyToManyField(Service, related_name="counsellors")
    is_active = models.BooleanField(default=True)


class Availability(BaseModel):
    """
    One weekly range in which a counsellor can be booked, in wall time of her zone.

    Minutes count from local midnight, ``[starts_minute, ends_minute)``, 1440 is the next
    midnight; ``weekday`` is ISO (Monday 1); valid on days in ``[valid_from, valid_until)``.
    Ranges of a day may touch or overlap: they are merged when times are computed.
    """

    counsellor = models.ForeignKey(
        Counsellor, on_delete=models.CASCADE, related_name="availabilities"
    )
    weekday = models.PositiveSmallIntegerField()
    starts_minute = models.PositiveSmallIntegerField()
    ends_minute = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7))
                & Q(starts_minute__lt=F("ends_minute"))
                & Q(ends_minute__lte=1440),
                name="availability_is_a_range_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="availability_is_valid_for_a_day_or_more",
            ),
        ]


class AvailabilityException(BaseModel):
    """A dated closing or opening of a counsellor's time; an opening also opens a holiday."""

    counsellor = models.ForeignKey(
        Counsellor, on_delete=models.CASCADE, related_name="exceptions"
    )
    period = DateTimeRangeField()
    kind = models.CharField(max_length=8, choices=ExceptionKind)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False)
                & Q(period__lower_inf=False)
                & Q(period__upper_inf=False),
                name="availability_exception_is_bounded",
            ),
        ]
        indexes = [
            models.Index(
                F("counsellor"), Func("period", function="upper"), name="exception_by_end"
            ),
        ]


class AvailabilityRevision(BaseModel):
    """The last changes of a schedule, one row each, so that a change can be taken back."""

    counsellor = models.ForeignKey(
        Counsellor, on_delete=models.CASCADE, related_name="revisions"
    )
    deed = models.CharField(max_length=24, choices=ScheduleDeed)
    row = models.JSONField()
    """The row as it was: enough to delete it again, or to bring it back under its own id."""
    made_at = models.DateTimeField()


class Client(BaseModel):
    """
    The pseudonymous record a person has in counselling, and only here.

    Found from the person by recomputing ``owner_tag`` (or ``code_tag`` from her six words);
    never the other way. ``contact`` is a box that only the sending process opens. No clock
    finer than a month. ``never`` and ``safety_envelope`` are for what comes later and may be
    empty.
    """

    owner_tag = TagField(null=True, unique=True)
    code_tag = TagField(null=True, unique=True)
    alias = RowSealedField()
    alias_tag = TagField()
    contact = BoxField(null=True)
    never = RowSealedField(null=True)
    safety_envelope = SealedField(null=True)
    created_month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alias_tag"], name=ALIAS_ONCE),
            models.CheckConstraint(
                condition=Q(owner_tag__isnull=False) | Q(code_tag__isnull=False),
                name="client_can_be_found_by_its_owner",
            ),
            models.CheckConstraint(
                condition=Q(created_month__day=1), name="client_knows_its_month_only"
            ),
            tag_check("owner_tag", "client_owner_tag_length"),
            tag_check("code_tag", "client_code_tag_length"),
            tag_check("alias_tag", "client_alias_tag_length"),
            sealed_check("alias", "client_alias_sealed"),
            sealed_check("never", "client_never_sealed"),
            sealed_check("contact", "client_contact_sealed"),
            sealed_check("safety_envelope", "client_safety_envelope_sealed"),
        ]


class Consent(BaseModel):
    """A client's agreement to one version of a text; pressing the button records it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, default="LIMITS")
    version = models.PositiveSmallIntegerField()
    given_month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "version"], name="consent_once"),
        ]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions asked of appointments; each returns a queryset."""

    def open(self, *, now: datetime) -> Self:
        """Keep booked ones that have not ended."""
        return self.filter(status=AppointmentStatus.BOOKED, period__endswith__gt=now)


class Appointment(BaseModel):
    """
    A client's claim on a counsellor's time, ``period`` half-open.

    ``blocked`` is the period widened by the service's own buffers. Two exclusion constraints
    have the last word: no counsellor's ``blocked`` and no client's ``period`` ever overlap but
    among cancelled ones. ``rev`` counts moves, so that a notice about an older time is never
    sent. The request is sealed to the counsellor.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appointments")
    counsellor = models.ForeignKey(
        Counsellor, on_delete=models.PROTECT, related_name="appointments"
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    period = DateTimeRangeField()
    blocked = DateTimeRangeField()
    mode = models.CharField(max_length=16, choices=Mode)
    status = models.CharField(max_length=16, choices=AppointmentStatus)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    sealed_request = SealedField(null=True)
    rev = models.PositiveSmallIntegerField(default=0)
    cancelled_by = models.CharField(max_length=16, choices=CancelledBy, blank=True, default="")
    cancel_seen = models.BooleanField(default=False)

    objects = models.Manager.from_queryset(AppointmentQuerySet)()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name=COUNSELLOR_BUSY,
                expressions=[("counsellor", RangeOperators.EQUAL), ("blocked", "&&")],
                condition=_CLAIMS_TIME,
            ),
            ExclusionConstraint(
                name=CLIENT_BUSY,
                expressions=[("client", RangeOperators.EQUAL), ("period", "&&")],
                condition=_CLAIMS_TIME,
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False)
                & Q(period__lower_inf=False)
                & Q(period__upper_inf=False)
                & Q(period__contained_by=F("blocked")),
                name="appointment_period_is_bounded",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=AppointmentStatus.HELD, hold_expires_at__isnull=False)
                    | (~Q(status=AppointmentStatus.HELD) & Q(hold_expires_at__isnull=True))
                ),
                name="appointment_hold_has_an_end",
            ),
            models.CheckConstraint(
                condition=(
                    (Q(status=AppointmentStatus.CANCELLED) & ~Q(cancelled_by=""))
                    | (~Q(status=AppointmentStatus.CANCELLED) & Q(cancelled_by=""))
                ),
                name="appointment_cancelled_by_somebody",
            ),
            sealed_check("sealed_request", "appointment_request_sealed"),
        ]
        indexes = [
            # The free-times statement asks per counsellor for a stretch of days; a GiST index
            # alone cannot serve that (measured: several times slower).
            models.Index(
                F("counsellor"), Func("blocked", function="lower"),
                name="appointment_claims", condition=_CLAIMS_TIME,
            ),
            models.Index(
                F("counsellor"), Func("period", function="lower"), name="appointment_by_day"
            ),
            models.Index(F("client"), Func("period", function="lower"), name="appointment_own"),
        ]  # fmt: skip
