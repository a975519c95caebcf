"""The database keeps tags of clients at their 32 bytes: nothing readable fits into them."""

import pytest
from django.db import IntegrityError, transaction

from counselling import services
from counselling.models import Client
from tests.factories import NOW, hold, make_client_account, make_practice, wib

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_row():
    practice = make_practice()
    hold(practice, make_client_account(practice), wib(13))
    return Client.objects.get()


@pytest.mark.parametrize("name", ["owner_tag", "code_tag", "alias_tag"])
@pytest.mark.parametrize("value", [b"", b"Rina Kartika", bytes(31), bytes(33)])
def test_a_tag_of_another_length_is_refused(client_row, name, value):
    with pytest.raises(IntegrityError, match=f"client_{name}_length"), transaction.atomic():
        Client.objects.filter(pk=client_row.pk).update(**{name: value})


def test_a_tag_the_house_made_fits(client_row):
    assert {len(client_row.owner_tag), len(client_row.alias_tag)} == {32}
    assert client_row.code_tag is None
    Client.objects.filter(pk=client_row.pk).update(code_tag=bytes(32))
    services.tidy(now=NOW)
