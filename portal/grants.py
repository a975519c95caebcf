"""
What the running house may do with each table, as the database role `portal_app`.

Reviewed line by line: a table without a line gets no rights at all, `grant_roles` refuses and
the tests are red. The role owns nothing, empties no table at once and makes none. Migrations
run as the role that owns the tables; so whoever breaks into the web rewrites no record.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from psycopg import sql

ROLE = "portal_app"
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}

GRANTS = {
    "account_emailaddress": "SIUD",
    "account_emailconfirmation": "SIUD",
    "audit_clientevent": "SI",  # the record is only ever added to
    "audit_clientlink": "SI",
    "audit_refusalcount": "SIU",  # a count goes up
    "audit_staffevent": "SI",
    "audit_stafflink": "SI",
    "auth_group": "",  # not used: roles are RoleGrants
    "auth_group_permissions": "",
    "auth_permission": "",
    "calendars_holiday": "SIUD",
    "counselling_appointment": "SIUD",
    "counselling_availability": "SIUD",
    "counselling_availabilityexception": "SIUD",
    "counselling_availabilityrevision": "SIUD",
    "counselling_client": "SIUD",
    "counselling_consent": "SIUD",
    "counselling_counsellor": "SIUD",
    "counselling_counsellor_services": "SIUD",
    "counselling_service": "SIUD",
    "django_content_type": "",  # only migrations read it
    "django_migrations": "S",  # to see whether a migration is waiting
    "groups_agreement": "SID",  # a version of an agreement is never changed
    "groups_announcement": "SID",  # told is told
    "groups_assignment": "SIUD",
    "groups_attendance": "SIUD",
    "groups_block": "SID",  # set or taken away
    "groups_capacitypool": "SIUD",
    "groups_concern": "SIUD",
    "groups_debrief": "SIUD",
    "groups_duty": "SIUD",
    "groups_enrolment": "SIUD",
    "groups_facilitator": "SIUD",
    "groups_invitation": "SIUD",
    "groups_meeting": "SIUD",
    "groups_meetingnote": "SIUD",
    "groups_meetingseries": "SIUD",
    "groups_meetingsignal": "SIUD",
    "groups_place": "SIUD",
    "groups_planchange": "SIUD",
    "groups_quartertable": "SI",  # frozen once
    "groups_resource": "SIUD",
    "groups_sealedcopy": "SID",  # sealed once
    "groups_supportgroup": "SIUD",
    "leave_attestation": "SIUD",
    "leave_calendaraddress": "SIUD",
    "leave_caseevent": "SI",  # the steps of a request are only added to
    "leave_consideration": "SIUD",
    "leave_decision": "SIUD",
    "leave_decree": "SIU",  # withdrawn, never deleted
    "leave_delegation": "SIU",
    "leave_evidence": "SIU",
    "leave_evidencekey": "SID",
    "leave_evidenceopening": "SI",  # who opened what stays
    "leave_evidencepage": "SID",  # sealed once, deleted by the retention schedule
    "leave_healthdossier": "SIU",
    "leave_jointleaveduty": "SID",
    "leave_jointleaveyear": "SIUD",
    "leave_leaveaccount": "SIU",  # locked by updating; a trigger lets the ledger alone move it
    "leave_leaveday": "SIUD",
    "leave_leavedesk": "SIU",
    "leave_leaverequest": "SIU",  # nothing asked for disappears
    "leave_leavetype": "SIU",  # a changed rule is a new row
    "leave_ledgerentry": "SI",  # the ledger only grows
    "leave_letter": "SIU",
    "leave_letterseries": "SIU",
    "leave_payband": "SIUD",
    "leave_quartertable": "SI",  # frozen once
    "leave_returnplan": "SIU",
    "leave_returnstage": "SID",
    "leave_revocation": "SIUD",
    "leave_servicerecord": "SIUD",
    "leave_workpattern": "SIUD",
    "mfa_authenticator": "SIUD",
    "notifications_accountmail": "SIUD",
    "notifications_addresschoice": "SIUD",
    "notifications_delivery": "SIUD",
    "notifications_notification": "SIUD",
    "people_activationslip": "SIUD",
    "people_agency": "SIUD",
    "people_browsersession": "SIUD",
    "people_employee": "SIUD",
    "people_rolegrant": "SIUD",
    "people_unit": "SIUD",
    "people_user": "SIUD",
    "socialaccount_socialaccount": "SIUD",
    "socialaccount_socialapp": "S",  # providers stand in the environment
    "socialaccount_socialtoken": "SD",  # never stored; read and emptied when an account goes
    "vault_personkey": "SIUD",
    "wellbeing_helpcontact": "SIUD",
    "wellbeing_tapcount": "SIUD",
}


class RoleMissing(Exception):
    """The role does not exist, and this account may not make it."""


def ensure_role() -> None:
    """
    Make the role if it is missing. It signs in only where the server lets it in by itself.

    :raises RoleMissing: if this account may not make roles.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is not None:
            return
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        if cursor.fetchone() != (True,):
            text = (
                f"Make the role first, as the server's administrator: CREATE ROLE {ROLE} LOGIN"
            )
            raise RoleMissing(text)
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
        cursor.execute(
            sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(ROLE)),
        )


def list_tables() -> list[str]:
    """List every table of the house, also those no model knows, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        )
        return [name for (name,) in cursor.fetchall()]


def apply_grants() -> list[str]:
    """
    Give the role its rights, all in one transaction, and return the tables without a line.

    :raises RoleMissing: if the role is not there and cannot be made.
    """
    tables = list_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        ensure_role()
        role = sql.Identifier(ROLE)
        cursor.execute(
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(role)
        )
        for table in tables:
            verbs = verbs_of(GRANTS.get(table, ""))
            if verbs:
                cursor.execute(
                    sql.SQL("GRANT {} ON {} TO {}").format(
                        sql.SQL(", ").join(map(sql.SQL, verbs)), sql.Identifier(table), role
                    )
                )
    return [table for table in tables if table not in GRANTS]


def verbs_of(letters: Iterable[str]) -> list[str]:
    """Return the SQL verbs of the letters in the table above."""
    return [VERBS[letter] for letter in letters]
