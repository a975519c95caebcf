"""What is written down, by whom it can be changed (nobody), and what it answers."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal.audit import selectors, services
from portal.audit.models import ClientEvent, ClientLink, RefusalCount, StaffEvent, StaffLink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
TABLES = [StaffEvent, ClientEvent, StaffLink, ClientLink]


def _staff(n=0, subject="case-1", now=NOW):
    services.record_staff(
        role="COUNSELLOR", handle=f"h{n}", action="case.open", subject=subject, now=now
    )


def _client(n=0, subject="appointment-1", now=NOW):
    services.record_client(handle=f"c{n}", action="appointment.book", subject=subject, now=now)


def test_a_staff_deed_is_kept_with_its_instant():
    services.record_staff(
        role="HEAD", handle="h", action="break.glass", subject="s", reason="DANGER", now=NOW
    )
    (row,) = selectors.list_events(limit=10)
    assert (row.at, row.role, row.handle) == (NOW, "HEAD", "h")
    assert (row.action, row.subject, row.reason) == ("break.glass", "s", "DANGER")


def test_a_clients_deed_is_kept_by_the_day_alone():
    _client()
    (row,) = selectors.list_client_events(limit=10)
    assert row.on_day == date(2026, 11, 24)  # half past one at night in Jakarta
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM audit_clientevent e")
        text = cursor.fetchone()[0]
    assert "18:30" not in text
    assert "01:30" not in text


def test_no_client_table_has_a_clock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE "
            "table_name IN ('audit_clientevent', 'audit_clientlink', 'audit_stafflink') "
            "AND data_type LIKE 'time%'"
        )
        assert cursor.fetchall() == []


def test_a_deed_that_did_not_happen_is_not_kept():
    with transaction.atomic():
        _staff()
        transaction.set_rollback(True)
    assert StaffEvent.objects.count() == 0


def test_pages_follow_each_other_newest_first():
    for n in range(5):
        _staff(n, now=NOW - timedelta(hours=n))
        _client(n)
    first = selectors.list_events(limit=2)
    second = selectors.list_events(limit=2, before=first[-1].sequence)
    assert [row.handle for row in first + second] == ["h4", "h3", "h2", "h1"]
    first = selectors.list_client_events(limit=3)
    second = selectors.list_client_events(limit=3, before=first[-1].sequence)
    assert [row.handle for row in first + second] == ["c4", "c3", "c2", "c1", "c0"]


def test_whom_it_is_about_sees_role_deed_and_day_and_nothing_more():
    _staff(1, subject="client-1")
    _staff(2, subject="client-2")
    _client(1, subject="client-1")
    rows = selectors.list_for_subject(subject="client-1")
    assert rows == [selectors.OpenedRow("COUNSELLOR", "case.open", date(2026, 11, 24))]
    assert set(rows[0].__slots__) == {"role", "action", "day"}


def test_staff_and_client_deeds_count_apart():
    for n in range(3):
        _staff(n)
    _client()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_serial_sequence('audit_staffevent', 'sequence'), "
            "pg_get_serial_sequence('audit_clientevent', 'sequence')"
        )
        staff, client = cursor.fetchone()
    assert staff is not None
    assert client is not None
    assert staff != client


def test_refusals_are_counted_by_route_and_hour():
    for minute in (0, 20, 59):
        services.count_refusal(route="counselling:list", now=NOW.replace(minute=minute))
    services.count_refusal(route="counselling:list", now=NOW + timedelta(hours=1))
    services.count_refusal(route="counselling:detail", now=NOW)
    rows = [(row.route, row.hour.hour, row.count) for row in selectors.list_refusals(limit=10)]
    assert rows == [
        ("counselling:list", 19, 1), ("counselling:detail", 18, 1), ("counselling:list", 18, 3)
    ]  # fmt: skip


def test_a_refusal_knows_no_actor():
    columns = {field.name for field in RefusalCount._meta.get_fields()}
    assert columns == {"id", "route", "hour", "count"}


# --- nobody changes it ---------------------------------------------------------------------


def _fill():
    _staff()
    _client()
    services.chain_events(now=NOW)


@pytest.mark.parametrize("model", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET mac = mac", "DELETE FROM {}"], ids=["update", "delete"]
)
def test_even_the_owner_of_the_tables_neither_edits_nor_deletes(model, statement):
    _fill()
    table = model._meta.db_table
    with (
        pytest.raises(DatabaseError, match="only ever added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert model.objects.count() == 1


@pytest.mark.parametrize("model", TABLES)
@pytest.mark.parametrize("setting", ["", "on", "true", "demo"])
def test_emptying_a_table_is_refused_unless_tests_ask(model, setting):
    _fill()
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.allow_truncate', %s, true)", [setting])
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute("SELECT set_config('portal.allow_truncate', 'tests', true)")
    assert model.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
    assert model.objects.count() == 0


def test_only_the_tests_settings_ask():
    from portal import settings as house

    assert "allow_truncate" not in str(house.DATABASES)


def test_nobody_chooses_a_number():
    event = StaffEvent(
        id=uuid4(),
        at=NOW,
        role="r",
        handle="h",
        action="a",
        subject="s",
        mac=bytes(32),
        sequence=7,
    )
    with pytest.raises(DatabaseError, match="sequence"), transaction.atomic():
        event.save(force_insert=True)


def test_a_proof_has_its_length():
    with pytest.raises(IntegrityError, match="staff_event_mac_length"), transaction.atomic():
        StaffEvent.objects.create(
            id=uuid4(), at=NOW, role="r", handle="h", action="a", subject="s", mac=b"short"
        )
