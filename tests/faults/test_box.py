"""The servers in the box: they start in odd places, survive being killed, and leave nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from portal.embedded import places
from portal.embedded.binaries import BoxError
from portal.embedded.places import socket_directory
from portal.embedded.ports import chosen_port, free_addresses
from portal.embedded.redis import database_number, with_database
from portal.embedded.servers import Servers

ROOT = Path(__file__).resolve().parents[2]


def open_box(home, *, throwaway=False):
    return Servers(home, throwaway=throwaway, environment={})


@contextlib.contextmanager
def running(home, *, throwaway=False):
    servers = open_box(home, throwaway=throwaway)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def processes_of(home):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd().startswith(str(home)) and process.pid != os.getpid():
                found.append(process)
    return found


def ask(servers, statement):
    with psycopg.connect(servers.owner_url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    for process in processes_of(tmp_path):
        process.kill()


@pytest.mark.parametrize(
    "name",
    ["plain", "Rina's clone", "rumah, teduh @ 100%", "pohon-é-木", "p" * 210],
    ids=["plain", "quoted", "separators", "non-ascii", "long"],
)
def test_starts_under_any_path_and_leaves_nothing(tmp_path, name):
    home = tmp_path / name
    with running(home, throwaway=True) as servers:
        assert ask(servers, "SELECT current_user::text") == [("portal_owner",)]
        client = redis.Redis.from_url(servers.redis_url())
        assert client.ping()
        client.close()
        sockets = servers.sockets
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not home.exists()
    assert not sockets.exists()
    assert processes_of(home) == []


def test_data_outlives_a_stop(home):
    with running(home) as servers:
        ask(servers, "CREATE TABLE kept (word text)")
        ask(servers, "INSERT INTO kept VALUES ('teduh')")
    assert processes_of(home) == []
    with running(home) as servers:
        assert ask(servers, "SELECT word FROM kept") == [("teduh",)]


def test_speaks_no_tcp_and_takes_three_hundred(home):
    with running(home, throwaway=True) as servers:
        assert ask(servers, "SHOW listen_addresses") == [("",)]
        assert ask(servers, "SHOW max_connections") == [("300",)]
        for process in processes_of(home):
            with contextlib.suppress(psutil.NoSuchProcess):  # a backend that ended meanwhile
                listening = [c for c in process.net_connections("inet") if c.status == "LISTEN"]
                assert listening == []


def test_roles_are_no_superusers_and_the_app_owns_nothing(home):
    with running(home, throwaway=True) as servers:
        rows = ask(
            servers,
            "SELECT rolname::text, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname LIKE 'portal%' ORDER BY 1",
        )
        assert rows == [
            ("portal_app", False, False, False),
            ("portal_owner", False, True, False),
        ]
        app = servers.app_url()
        with (
            psycopg.connect(app) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("CREATE TABLE mine (id int)")


def test_its_log_holds_no_word_of_anybody(home):
    with running(home, throwaway=True) as servers:
        ask(servers, "CREATE TABLE once (word text PRIMARY KEY)")
        ask(servers, "INSERT INTO once VALUES ('rahasia-payung')")
        for statement in (
            "INSERT INTO once VALUES ('rahasia-payung')",
            "SELECT 'rahasia-payung'::uuid",
            "SELECT 'rahasia-payung'::timestamptz",
            "SELECT pg_sleep(0), rahasia_payung FROM once",
        ):
            with pytest.raises(psycopg.Error):
                ask(servers, statement)
        with (
            pytest.raises(psycopg.errors.UniqueViolation),
            psycopg.connect(servers.owner_url()) as connection,
        ):
            connection.execute("INSERT INTO once VALUES (%s)", ["rahasia-payung"])
        text = servers.postgres.log.read_text()
        assert "ready to accept connections" in text  # this is the log, and it is written to
        assert "rahasia" not in text


def test_a_second_start_adopts_what_runs(home):
    with running(home) as first:
        before = first.redis.pid(), first.postgres._postmaster().pid
        second = open_box(home)
        second.start()
        assert (second.redis.pid(), second.postgres._postmaster().pid) == before
        second.stop()  # an adopted server is no child of ours, and ends all the same
        assert processes_of(home) == []


def test_starts_again_after_the_postmaster_was_killed_with_a_backend_busy(home):
    with running(home) as servers:
        ask(servers, "CREATE TABLE kept (word text)")

        def be_busy():
            with contextlib.suppress(psycopg.Error):
                ask(servers, "SELECT pg_sleep(60)")

        threading.Thread(target=be_busy, daemon=True).start()
        deadline = time.monotonic() + 10
        while not ask(servers, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            assert time.monotonic() < deadline
        servers.postgres._postmaster().kill()
        again = open_box(home)
        again.start()
        assert ask(again, "SELECT count(*) FROM kept") == [(0,)]
        again.stop()


def test_starts_again_after_everything_was_killed(home):
    with running(home) as servers:
        ask(servers, "CREATE TABLE kept (word text)")
        for process in processes_of(home):
            process.kill()
        psutil.wait_procs(processes_of(home), timeout=5)
        servers.start()
        assert ask(servers, "SELECT count(*) FROM kept") == [(0,)]
        assert servers.redis.is_ready()


@pytest.mark.parametrize("left", ["stranger", "empty"])
def test_starts_whatever_the_pid_file_says(home, left):
    with running(home):
        pass
    text = "" if left == "empty" else f"{os.getppid()}\n{home}/pg\n0\n5432\n\n\n0 0\nready\n"
    (home / "pg" / "postmaster.pid").write_text(text)
    with running(home) as servers:
        assert ask(servers, "SELECT 1") == [(1,)]


def test_makes_half_made_data_again(home):
    with running(home):
        pass
    (home / "pg" / ".initdone").unlink()
    (home / "pg" / "global" / "pg_control").unlink()
    with running(home) as servers:
        assert ask(servers, "SELECT 1") == [(1,)]


def test_refuses_data_of_another_postgresql_in_one_line(home):
    with running(home):
        pass
    (home / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(BoxError, match=r"^The data was made by PostgreSQL 17: .*demo-reset"):
        open_box(home).start()


def test_a_frozen_redis_is_replaced_and_can_be_stopped(home):
    with running(home) as servers:
        frozen = servers.redis.pid()
        os.kill(frozen, signal.SIGSTOP)
        again = open_box(home)
        again.start()
        assert again.redis.is_ready()
        assert again.redis.pid() != frozen
        os.kill(again.redis.pid(), signal.SIGSTOP)
        again.stop()
    assert processes_of(home) == []


def test_redis_keeps_no_arguments(home):
    with running(home, throwaway=True) as servers:
        client = redis.Redis.from_url(servers.redis_url())
        client.eval("redis.call('set', 'k', ARGV[1]) for i=1,2000000 do end", 0, "rahasia")
        assert client.slowlog_get() == []
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        client.shutdown()
    assert list((servers.home).rglob("*.rdb")) == []


def test_a_throwaway_box_dies_with_whoever_opened_it(home):
    code = (
        "import pathlib, sys, time\n"
        "from portal.embedded.servers import Servers\n"
        "Servers(pathlib.Path(sys.argv[1]), throwaway=True, environment={}).start()\n"
        "print('open', flush=True)\n"
        "time.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, str(home)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as opener:
        assert opener.stdout.readline() == b"open\n"
        assert len(processes_of(home)) > 2
        opener.kill()
    assert psutil.wait_procs(processes_of(home), timeout=10)[1] == []


def test_addresses_that_are_given_are_used_and_left_alone(tmp_path):
    given = {"DATABASE_URL": "postgresql://x@/y", "REDIS_URL": "redis://elsewhere:6379/3"}
    servers = Servers(tmp_path / "home", environment=given)
    servers.start()
    assert servers.owner_url() == servers.app_url() == given["DATABASE_URL"]
    assert servers.redis_url() == given["REDIS_URL"]
    servers.stop()
    assert not (tmp_path / "home" / "pg").exists()


def test_somebody_elses_socket_directory_is_refused(monkeypatch):
    # A short place: too long a one is passed over for the system's own.
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as name:
        place = Path(name)
        home = place / "it's"
        monkeypatch.setattr(places.tempfile, "gettempdir", lambda: name)
        wanted = socket_directory(home)
        assert wanted.parent == place
        wanted.rmdir()
        (place / "trap").mkdir()
        wanted.symlink_to(place / "trap")
        with pytest.raises(BoxError, match="is not ours"):
            socket_directory(home)


@pytest.mark.parametrize(
    ("url", "number", "changed"),
    [
        ("redis://h:1/3", 3, "redis://h:1/7"),
        ("redis://h:1", 0, "redis://h:1/7"),
        (
            "rediss://:p%40ss@h:1/2?ssl_cert_reqs=none",
            2,
            "rediss://:p%40ss@h:1/7?ssl_cert_reqs=none",
        ),
        ("unix:///a%20b/r.sock?db=4", 4, "unix:///a%20b/r.sock?db=7"),
        ("unix:///r.sock", 0, "unix:///r.sock?db=7"),
    ],
)
def test_redis_addresses_name_a_database(url, number, changed):
    assert database_number(url) == number
    assert with_database(url, 7) == changed


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "8000 ", "٨"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(BoxError, match="is no port"):
        chosen_port({"PORT": text})


def test_the_port_is_8000_unless_told():
    assert chosen_port({}) == chosen_port({"PORT": ""}) == 8000
    assert chosen_port({"PORT": "8055"}) == 8055


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["v4", "v6"])
def test_a_taken_port_is_said_in_one_line(family):
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    with socket.socket(family) as stranger:
        try:
            stranger.bind((host, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(BoxError, match=rf"^Port {port} is taken; .* PORT=\d+$"):
            free_addresses(port)
    assert free_addresses(port)[0] == f"127.0.0.1:{port}"
