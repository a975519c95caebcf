"""The first agency and its first administrator come from a command."""

import pytest
from django.core.management import CommandError, call_command

from portal.common.db import database_now
from portal.people import services
from portal.people.choices import Role
from portal.people.models import Agency, RoleGrant, User

pytestmark = pytest.mark.django_db
WORDS = {"short_name": "Contoh", "admin_name": "Eko", "admin_email": "Eko@Dinas.test"}


def code_in(text):
    return text.rsplit(maxsplit=1)[-1]


def test_the_printed_code_opens_an_administrators_account(capsys):
    call_command("open_agency", "Dinas Contoh", **WORDS)
    code = code_in(capsys.readouterr().out)
    now = database_now()
    user_id = services.activate(
        login="eko@dinas.test", code=code, password="kata sandi panjang", now=now
    )
    row = RoleGrant.objects.get(user_id=user_id)
    assert (row.role, row.agency.name) == (Role.ADMIN, "Dinas Contoh")


def test_a_second_time_makes_nothing_new_and_leaves_the_password(capsys):
    call_command("open_agency", "Dinas Contoh", **WORDS)
    user = User.objects.get()
    user.set_password("kata sandi panjang")
    user.save()
    call_command("open_agency", "Dinas Contoh", **WORDS)
    assert "as before" in capsys.readouterr().out
    assert (User.objects.count(), Agency.objects.count(), RoleGrant.objects.count()) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize("wrong", [{"zone": "WIX"}, {"admin_email": "eko"}])
def test_what_is_misspelt_is_said(wrong):
    with pytest.raises(CommandError):
        call_command("open_agency", "Dinas Contoh", **{**WORDS, **wrong})
    assert not Agency.objects.exists()
