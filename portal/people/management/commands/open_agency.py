"""`manage.py open_agency NAME …`: an agency and its first administrator, safe to repeat."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from portal.calendars.rules import is_zone
from portal.common.db import database_now
from portal.people import services
from portal.people.choices import PeopleRefusal, Role, Zone
from portal.people.models import Agency


class Command(BaseCommand):
    """Make what the pages of administrators need before anybody can open them."""

    help = "Make an agency and its first administrator; prints her activation code once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the agency and the person."""
        parser.add_argument("name")
        parser.add_argument("--short-name", required=True)
        parser.add_argument("--zone", default=Zone.JAKARTA.value, help="such as Asia/Makassar")
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--admin-email", required=True)

    def handle(self, *_args: object, **options: Any) -> None:  # noqa: ANN401 - Django's way
        """Make what is missing and print what is needed to sign in."""
        email = options["admin_email"].strip().lower()
        if not is_zone(options["zone"]):
            raise CommandError("the zone is a name such as Asia/Makassar")
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("the e-mail address is not complete") from error
        now = database_now()
        with transaction.atomic():
            agency, _made = Agency.objects.get_or_create(
                name=options["name"],
                defaults={"short_name": options["short_name"], "zone": options["zone"]},
            )
            known = services.find_by_login(email)
            user_id = (
                known.pk
                if known
                else services.create_user(
                    actor=None, full_name=options["admin_name"], email=email, now=now
                )
            )
            try:
                services.grant_role(
                    actor=None, user_id=user_id, agency_id=agency.pk, role=Role.ADMIN, now=now
                )
            except services.AccountRefused as refused:
                if refused.reason != PeopleRefusal.ROLE_HELD:
                    raise CommandError(str(refused.reason.label)) from refused
            if known is not None and known.has_usable_password():
                self.stdout.write("ready; she signs in as before")
                return
            code = services.make_slip(actor=None, user_id=user_id, now=now)
        self.stdout.write(f"ready; she opens her account at /akun/aktivasi/ with {code}")
