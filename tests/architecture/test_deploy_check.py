"""The house opens in a production environment, and says what is missing in any other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.grants import ROLE, apply_grants
from portal.vault.keys import NOTIFIER_PRIVATE, make_all
from tests.support.sources import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a web process, as docs/operations.md asks for it."""
    apply_grants()
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    make_all(keys)
    (keys / NOTIFIER_PRIVATE).unlink()  # for the process that sends alone
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": address(role=ROLE),
        "REDIS_URL": os.environ["REDIS_URL"],
        "TEDUH_PUBLIC_URL": "https://portal.instansi.test",
        "TEDUH_PROXY_COUNT": "1",
        "TEDUH_HOME": str(tmp_path),
        "TEDUH_SMTP_HOST": "mail.instansi.test",
        "TEDUH_MAIL_FROM": "Portal <portal@instansi.test>",
    }


def address(*, role: str) -> str:
    """Return the way to the test database, with the rights of a role."""
    return make_conninfo(
        os.environ["DATABASE_URL"],
        dbname=connection.settings_dict["NAME"],
        options=f"-c role={role}",
    )


def check(environment: dict[str, str]) -> tuple[int, str]:
    """Run the check that stands before the web process; return its status and its words."""
    words = ["check", "--deploy", "--database", "default", "--fail-level", "WARNING"]
    result = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return result.returncode, result.stdout + result.stderr


def test_production_opens_without_a_warning(production):
    status, said = check(production)
    assert status == 0, said


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"TEDUH_PUBLIC_URL": "http://portal.instansi.test"}, "portal.E005"),
        ({"TEDUH_REQUIRE_STAFF_MFA": "0"}, "portal.E003"),
        ({"TEDUH_KEYS_DIR": "/nowhere"}, "vault.E002"),
    ],
)
def test_it_says_what_is_missing(production, change, refusal):
    status, said = check({**production, **change})
    assert status != 0
    assert refusal in said


def test_it_refuses_the_owner_of_the_tables(production):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    status, said = check({**production, "DATABASE_URL": address(role=owner)})
    assert status != 0
    assert "portal.E006" in said
