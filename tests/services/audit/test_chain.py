"""Whoever edits, removes or adds is found: by the row's proof, by the chain, or by the head."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.audit import services
from portal.audit.models import ClientEvent, ClientLink, StaffEvent, StaffLink
from portal.audit.services import Head

NOW = datetime(2026, 11, 23, 3, 20, tzinfo=UTC)
CHAINS = [("staff", StaffEvent, StaffLink), ("client", ClientEvent, ClientLink)]
both = pytest.mark.parametrize(("name", "events", "links"), CHAINS)
pytestmark = pytest.mark.django_db


def _write(count=1):
    for n in range(count):
        services.record_staff(
            role="COUNSELLOR", handle=f"h{n}", action="case.open", subject="s", now=NOW
        )
        services.record_client(handle=f"c{n}", action="temu.book", subject="s", now=NOW)


def _chained(count=6):
    _write(count)
    assert services.chain_events(now=NOW) == 2 * count
    assert services.verify() == []


def _behind_the_trigger(model, statement, *values):
    """Do what only the owner of the table can: lift the trigger, change, put it back."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement.format(table=table), values)
        assert cursor.rowcount != 0
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _head(name):
    return next(head for head in services.heads() if head.chain == name)


def test_an_empty_record_is_whole():
    assert services.verify() == []
    assert [head.position for head in services.heads()] == [0, 0]
    assert services.chain_events(now=NOW) == 0
    assert services.verify(anchored=services.heads()) == []


def test_every_event_gets_one_link_once():
    _chained(4)
    assert services.chain_events(now=NOW) == 0
    _write(2)
    assert services.chain_events(now=NOW) == 4
    assert services.verify() == []
    for _, events, links in CHAINS:
        places = list(links.objects.order_by("position").values_list("position", flat=True))
        assert places == [1, 2, 3, 4, 5, 6]
        order = events.objects.order_by("sequence").values_list("id", flat=True)
        assert list(
            links.objects.order_by("position").values_list("event_id", flat=True)
        ) == list(order)


def test_a_batch_at_a_time(monkeypatch):
    monkeypatch.setattr(services, "_MOST_AT_ONCE", 3)
    monkeypatch.setattr(services, "_BATCH", 2)
    _write(7)
    assert [services.chain_events(now=NOW) for _ in range(4)] == [6, 6, 2, 0]
    assert services.verify() == []


STAFF_COLUMNS = {
    "at": "at + interval '1 second'", "role": "'HEAD'", "handle": "'x'", "action": "'x'",
    "subject": "'x'", "reason": "'x'", "mac": "sha256('x')", "id": "gen_random_uuid()",
}  # fmt: skip
CLIENT_COLUMNS = {
    "on_day": "on_day + 1", "handle": "'x'", "action": "'x'", "subject": "'x'",
    "mac": "sha256('x')", "id": "gen_random_uuid()",
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [(StaffEvent, *pair) for pair in STAFF_COLUMNS.items()]
    + [(ClientEvent, *pair) for pair in CLIENT_COLUMNS.items()],
    ids=lambda value: getattr(value, "__name__", None) or str(value),
)
@pytest.mark.parametrize("chained", [True, False], ids=["chained", "fresh"])
def test_an_edited_column_is_found(model, column, value, chained):
    _write(3)
    if chained:
        services.chain_events(now=NOW)
    assert services.verify() == []
    _behind_the_trigger(
        model, f"UPDATE {{table}} SET {column} = {value} WHERE handle IN ('h1', 'c1')"
    )
    assert services.verify() != []


def test_every_column_of_an_event_is_covered_by_the_edits():
    """A column added later without a proof would fail here first."""
    for model, columns in ((StaffEvent, STAFF_COLUMNS), (ClientEvent, CLIENT_COLUMNS)):
        names = {field.name for field in model._meta.get_fields()}
        assert names == {*columns, "sequence"}


@both
def test_two_events_that_changed_places_are_found(name, events, links):
    _chained()
    first, last = (
        events.objects.order_by("sequence")[0],
        events.objects.order_by("-sequence")[0],
    )
    with connection.cursor() as cursor:
        table = events._meta.db_table
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN sequence DROP IDENTITY")
        for pk, number in (
            (first.pk, 10_000),
            (last.pk, first.sequence),
            (first.pk, last.sequence),
        ):
            cursor.execute(f"UPDATE {table} SET sequence = %s WHERE id = %s", [number, pk])
    assert len(services.verify()) == 2


@both
def test_a_missing_event_is_found(name, events, links):
    _chained()
    _behind_the_trigger(events, "DELETE FROM {table} WHERE handle IN ('h3', 'c3')")
    assert services.verify() == [f"{name} chain: the event of link 4 is gone"]


@both
def test_a_missing_event_with_its_link_is_found(name, events, links):
    _chained()
    torn = links.objects.get(position=4)
    _behind_the_trigger(events, "DELETE FROM {table} WHERE id = %s", torn.event_id)
    _behind_the_trigger(links, "DELETE FROM {table} WHERE position = 4")
    problems = services.verify()
    assert f"{name} chain: a link is missing before 5" in problems
    _behind_the_trigger(links, "UPDATE {table} SET position = position - 1 WHERE position > 4")
    assert services.verify() != []


@both
def test_an_event_slipped_in_is_found(name, events, links):
    _chained()
    columns = "at, role, reason" if name == "staff" else "on_day"
    values = "now(), 'HEAD', ''" if name == "staff" else "current_date"
    table = events._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, handle, action, subject, mac, {columns}) "
            f"VALUES (gen_random_uuid(), 'x', 'x', 'x', sha256('x'), {values})"
        )
    assert len(services.verify()) == 1
    services.chain_events(now=NOW)
    assert len(services.verify()) == 1


@both
def test_a_tail_cut_off_is_found_against_the_head_kept_outside(name, events, links):
    _chained()
    kept = services.heads()
    gone = list(links.objects.filter(position__gt=4).values_list("event_id", flat=True))
    _behind_the_trigger(links, "DELETE FROM {table} WHERE position > 4")
    _behind_the_trigger(events, "DELETE FROM {table} WHERE id = ANY(%s)", gone)
    assert services.verify() == []
    assert services.verify(anchored=kept) == [
        f"{name} chain: cut off before 6, which was kept outside"
    ]
    _write(3)
    services.chain_events(now=NOW)
    assert f"{name} chain: link 6 is not the one kept outside" in services.verify(anchored=kept)


@both
def test_an_older_head_still_holds_after_more_was_written(name, events, links):
    _chained(3)
    kept = services.heads()
    _chained_more()
    assert services.verify(anchored=kept) == []
    forged = Head(name, 3, bytes(32))
    assert services.verify(anchored=[forged]) == [
        f"{name} chain: link 3 is not the one kept outside"
    ]


def _chained_more():
    _write(3)
    services.chain_events(now=NOW)


@both
def test_a_rewritten_chain_needs_the_key(name, events, links):
    """Whoever rewrites every link without the key leaves links that prove nothing."""
    _chained()
    _behind_the_trigger(links, "UPDATE {table} SET mac = sha256(mac)")
    assert len(services.verify()) == 6


def test_another_key_does_not_verify(monkeypatch):
    _chained()
    monkeypatch.setattr("portal.vault.keys.audit_key", lambda: bytes(range(32)))
    assert len(services.verify()) > 6


def test_heads_can_be_written_down_and_read_back():
    _chained(2)
    for head in services.heads():
        assert Head.parse(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "staff:1", "leave:1:" + "0" * 64, "staff:x:" + "0" * 64,
                                  "staff:1:00", "staff:1:zz"])  # fmt: skip
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - int() and fromhex() say it in their own words
        Head.parse(text)
    with pytest.raises(CommandError, match="audit_head"):
        call_command("audit_verify", "--head", text)


def test_the_commands_print_the_head_and_find_the_cut(capsys):
    _write(2)
    call_command("audit_head")
    lines = capsys.readouterr().out.split()
    assert [line.split(":")[:2] for line in lines] == [["staff", "2"], ["client", "2"]]
    words = [word for line in lines for word in ("--head", line)]
    call_command("audit_verify", *words)
    assert "whole" in capsys.readouterr().out
    gone = list(StaffLink.objects.filter(position=2).values_list("event_id", flat=True))
    _behind_the_trigger(StaffLink, "DELETE FROM {table} WHERE position = 2")
    _behind_the_trigger(StaffEvent, "DELETE FROM {table} WHERE id = ANY(%s)", gone)
    call_command("audit_verify")
    assert "no head to compare" in capsys.readouterr().out
    with pytest.raises(CommandError, match="1 finding"):
        call_command("audit_verify", *words)
    assert "cut off before 2" in capsys.readouterr().out


def test_the_task_chains():
    from portal.audit.tasks import chain_events
    from portal.celery import app

    _write(2)
    chain_events()
    assert StaffLink.objects.count() == ClientLink.objects.count() == 2
    (line,) = [each for each in app.conf.beat_schedule.values() if "audit" in each["task"]]
    assert line["task"] == chain_events.name
    assert line["schedule"] == 60


# --- more than one at once -----------------------------------------------------------------


def _in_thread(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_each_other_and_the_chain_is_whole():
    def write_some():
        for _ in range(10):
            with transaction.atomic():
                _write()

    def chain_some():
        for _ in range(10):
            services.chain_events(now=NOW)

    threads = [_in_thread(work) for work in (write_some, write_some, chain_some, chain_some)]
    for thread in threads:
        thread.join(60)
    services.chain_events(now=NOW)
    assert StaffLink.objects.count() == ClientLink.objects.count() == 20
    assert services.verify() == []


@pytest.mark.django_db(transaction=True)
def test_whoever_finds_another_at_work_leaves_at_once():
    _write(2)
    counted = []
    with transaction.atomic():
        assert services.chain_events(now=NOW) == 4
        _in_thread(lambda: counted.append(services.chain_events(now=NOW))).join(20)
    assert counted == [0]
    assert services.verify() == []


@pytest.mark.django_db(transaction=True)
def test_an_event_whose_transaction_ends_late_is_chained_when_it_appears():
    """Its number is lower than that of the link before: the chain does not lose it."""
    inserted, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            services.record_client(handle="late", action="a", subject="s", now=NOW)
            inserted.set()
            go_on.wait(20)

    thread = _in_thread(slow)
    assert inserted.wait(20)
    services.record_client(handle="early", action="a", subject="s", now=NOW)
    assert services.chain_events(now=NOW) == 1
    go_on.set()
    thread.join(20)
    assert services.chain_events(now=NOW) == 1
    late, early = (ClientEvent.objects.get(handle=handle) for handle in ("late", "early"))
    assert late.sequence < early.sequence
    order = ClientLink.objects.order_by("position").values_list("event_id", flat=True)
    assert list(order) == [early.pk, late.pk]
    assert services.verify() == []


def test_an_event_later_than_all_the_others_is_chained_at_the_full_hour(monkeypatch):
    monkeypatch.setattr(services, "_LATEST", 3)
    _chained(9)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_clientlink DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE audit_clientlink")
        cursor.execute("ALTER TABLE audit_clientlink ENABLE TRIGGER USER")
    first, *_, last = ClientEvent.objects.order_by("sequence")
    link = ClientLink(position=1, event_id=last.pk, sequence=last.sequence)
    link.mac = services._link_proof(services.CHAINS[1], link, last.mac, services.GENESIS)
    link.save(force_insert=True)
    assert services.chain_events(now=NOW) == 2
    assert not ClientLink.objects.filter(event_id=first.pk).exists()
    assert services.chain_events(now=NOW.replace(minute=0)) == 6
    assert services.verify() == []


def test_an_id_is_random_and_tells_no_order():
    _write(3)
    assert {event.pk.version for event in ClientEvent.objects.all()} == {4}
    assert uuid4().version == 4
