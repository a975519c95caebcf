"""The running house's database role may do what the table of grants says, and nothing else."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from portal.grants import GRANTS, ROLE, VERBS, apply_grants, list_tables, verbs_of

# Everything PostgreSQL 17 and newer can grant on a table.
EVERY_VERB = (*VERBS.values(), "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")

pytestmark = pytest.mark.django_db


def may(table, verb):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, quote_ident(%s), %s)", [ROLE, table, verb]
        )
        return cursor.fetchone()[0]


def rights():
    return {(table, verb) for table in list_tables() for verb in EVERY_VERB if may(table, verb)}


def reviewed():
    return {(table, verb) for table, letters in GRANTS.items() for verb in verbs_of(letters)}


def become_the_house(cursor):
    cursor.execute(f"SET ROLE {ROLE}")


def test_every_table_has_a_line_and_every_line_a_table():
    assert set(list_tables()) == set(GRANTS)
    modelled = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert modelled <= set(GRANTS)


def test_rights_are_the_reviewed_ones():
    assert apply_grants() == []
    assert rights() == reviewed()


@pytest.mark.parametrize(
    "extra",
    [
        f"GRANT DELETE ON audit_staffevent TO {ROLE}",
        f"GRANT TRUNCATE ON people_user TO {ROLE}",
        "GRANT UPDATE ON audit_clientevent TO PUBLIC",
    ],
)
def test_a_right_too_many_is_seen_and_taken_back(extra):
    apply_grants()
    with connection.cursor() as cursor:
        cursor.execute(extra)
    assert len(rights() - reviewed()) == 1
    apply_grants()
    assert rights() == reviewed()


def test_a_table_without_a_line_is_closed_and_named():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE forgotten (id int)")
    assert apply_grants() == ["forgotten"]
    assert not any(may("forgotten", verb) for verb in EVERY_VERB)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_staffevent SET action = 'x'",
        "DELETE FROM audit_clientevent",
        "TRUNCATE people_user CASCADE",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE people_user DISABLE TRIGGER ALL",
        "DROP TABLE people_user CASCADE",
        "CREATE ROLE other",
        "SET session_replication_role = replica",
    ],
)
def test_the_house_cannot(statement):
    apply_grants()
    with connection.cursor() as cursor:
        become_the_house(cursor)
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            cursor.execute(statement)
        cursor.execute("RESET ROLE")
    assert refusal.value.__cause__.sqlstate == "42501"  # insufficient privilege


def test_the_house_can_read_and_write_its_rows():
    apply_grants()
    with transaction.atomic(), connection.cursor() as cursor:
        become_the_house(cursor)
        cursor.execute("SELECT current_user, count(*) FROM people_user")
        assert cursor.fetchone()[0] == ROLE
        cursor.execute("DELETE FROM people_browsersession")
        cursor.execute("RESET ROLE")


def test_the_role_is_nobody_special():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = %s",
            [ROLE],
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [ROLE])
        assert cursor.fetchone() == (0,)
