"""Tables of accounts and the organisation."""

import secrets
from datetime import date
from typing import Self
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.common.db import BaseModel
from portal.people.choices import Employment, Role, Zone
from portal.vault.fields import RowSealedField, TagField, sealed_check, tag_check

NIP_FORMAT = RegexValidator(r"^\d{18}$", _("Write the 18 digits of the NIP, without spaces."))


def new_stamp() -> str:
    """Return a fresh session stamp."""
    return secrets.token_hex()


class Agency(BaseModel):
    """An organisation served. Units, roles, holidays, rota and sender belong to one."""

    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=40)
    zone = models.CharField(max_length=64, default=Zone.JAKARTA)
    sender = models.EmailField(blank=True, default="")
    """The neutral address its mails come from; empty means the house's own."""


class Unit(BaseModel):
    """An organisational unit of an agency; units form a tree."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default=Zone.JAKARTA)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "code"], name="unit_code_once_per_agency"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="unit_is_not_its_own_parent",
            ),
        ]


class UserManager(BaseUserManager["User"]):
    """Finds accounts by what people type at sign-in."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account with this NIP."""
        return self.get(nip=username)


class User(AbstractBaseUser):
    """
    An account that can sign in, by e-mail or by NIP.

    Invariants: an account has an e-mail or a NIP; `email` is the work or sign-in address and is
    lower case. There are no staff or superuser flags: a right to read is a `RoleGrant` and a
    row decision in a room's policies, nothing else. There is no `last_login`: the second of a
    sign-in next to a name would tell who came when.
    """

    last_login = None  # Django's way of leaving a column out
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    nip = models.CharField(
        max_length=18, null=True, blank=True, unique=True, validators=[NIP_FORMAT]
    )
    email = models.EmailField(max_length=254, blank=True, default="")
    full_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    session_stamp = models.CharField(max_length=64, default=secrets.token_hex)
    """Part of every session's proof: a new stamp ends all of them at once."""

    objects = UserManager()

    USERNAME_FIELD = "nip"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]  # a class variable there

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=~Q(email=""), name="user_email_once"
            ),
            models.CheckConstraint(
                condition=Q(nip__isnull=False) | ~Q(email=""), name="user_has_a_sign_in_name"
            ),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to the stamp, so that losing a role ends them."""
        return salted_hmac(
            "portal.people.session", self.password + self.session_stamp, algorithm="sha256"
        ).hexdigest()

    def get_session_auth_fallback_hash(self) -> list[str]:
        """Accept no older hash: a rotated signing key ends all sessions."""
        return []


class Employee(BaseModel):
    """A person in the organisation. One account is one employee at most."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="employee")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="employees")
    manager = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    employment = models.CharField(max_length=8, choices=Employment, default=Employment.PNS)
    zone = models.CharField(max_length=64, blank=True, default="")
    """The person's own zone; empty means the zone of the unit."""

    @property
    def work_zone(self) -> str:
        """Return the zone in which her days begin and end; may read her unit and agency."""
        return self.zone or self.unit.zone or self.agency.zone or Zone.JAKARTA.value

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("id")),
                name="employee_is_not_own_manager",
            ),
        ]


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Questions asked of role grants."""

    def on(self, day: date) -> Self:
        """Keep those in force on a day; ``ends_on`` is the first day without the role."""
        return self.filter(starts_on__lte=day).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        )


class RoleGrant(BaseModel):
    """A role held in an agency over ``[starts_on, ends_on)``, and who gave it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = models.Manager.from_queryset(RoleGrantQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="role_grant_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(ends_on__isnull=True),
                name="role_granted_once_while_open",
            ),
        ]


class ActivationSlip(BaseModel):
    """A printed one-time code with which a person without trusted mail opens her account."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    code_hash = TagField()
    """HMAC of the code; the code itself is on paper only."""
    valid_until = models.DateField()

    class Meta:
        constraints = [tag_check("code_hash", "activation_slip_code_length")]


class BrowserSession(models.Model):
    """One signed-in browser. The key is a hash of the cookie; the content is sealed."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    sealed = RowSealedField()
    expires_hour = models.DateTimeField()
    """Expiry rounded up to the hour, so that the row does not tell when somebody came."""

    class Meta:
        constraints = [sealed_check("sealed", "browser_session_is_sealed", RowSealedField)]

    def __str__(self) -> str:
        return "browser session"
