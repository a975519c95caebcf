"""
Whether the order in which rows lie in a copy of the database ties clients to people.

Random histories through the services: people come in any order, most add a private address at
some time, some of them right before their first booking. The attacker lines up the clients with
every table that names people, in the order in which the rows lie, and guesses.
"""

import random
from statistics import mean

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from counselling import policies
from tests.factories import book, make_client_account, make_practice, wib
from tests.support.paper import table

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, CLIENTS, SEEDS = 40, 12, range(1, 11)
HOURS = [(day, 8 * 60, 20 * 60) for day in range(1, 8)]
NAMING = {
    "accounts": ("people_user", "id"),
    "employees": ("people_employee", "user_id"),
    "key rows": ("vault_personkey", "user_id"),
    "e-mail addresses": ("account_emailaddress", "user_id"),
}


def lying(name, column):
    """Return a column of a table in the order in which its rows lie."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {name} ORDER BY ctid")
        return [row[0] for row in cursor.fetchall()]


def live(seed, *, share):
    """Let people come, add addresses and book; return who is behind each client record."""
    chance = random.Random(seed)
    practice = make_practice(hours=HOURS)
    people = [make_client_account(practice) for _ in range(PEOPLE)]
    clients = chance.sample(people, CLIENTS)
    careful = {one.user_id for one in clients if chance.random() < share}
    others = [one for one in people if one not in clients and chance.random() < 0.5]
    deeds = [("book", one) for one in clients] + [("address", one) for one in others]
    chance.shuffle(deeds)
    hours = iter(chance.sample(range(11, 19), 6) + chance.sample(range(11, 19), 6))
    behind = {}
    for deed, one in deeds:
        if deed == "address" or one.user_id in careful:
            EmailAddress.objects.create(
                user_id=one.user_id, email=f"{one.user_id}@pribadi.test", verified=True
            )
        if deed == "book":
            day = wib(9).date().replace(day=23 + len(behind) // 6)
            book(practice, one, wib(next(hours), day=day))
            behind[policies.clients_of(one).get().pk] = one.user_id
    return behind, {one.user_id for one in people}


def guessed(behind, people):
    """Return, for each table that names people, the share of right guesses by order alone."""
    clients = [one for one in lying("counselling_client", "id") if one in behind]
    found = {}
    for name, where in NAMING.items():
        named = [one for one in lying(*where) if one in people]
        right = sum(
            named[round(n * (len(named) - 1) / (len(clients) - 1))] == behind[client]
            for n, client in enumerate(clients)
        )
        found[name] = right / len(clients), 1 / len(named)
    return found


def test_the_order_of_rows(report):
    rows = []
    for words, share in (
        ("no client adds an address", 0.0),
        ("every client, just before", 1.0),
    ):
        runs = [guessed(*live(seed, share=share)) for seed in SEEDS]
        for name in NAMING:
            hits, luck = mean(r[name][0] for r in runs), mean(r[name][1] for r in runs)
            rows.append([words, name, f"{hits:.3f}", f"{luck:.3f}"])
    head = ["histories", "lined up with", "right guesses", "by chance"]
    text = (
        f"{len(SEEDS)} histories of {PEOPLE} people and {CLIENTS} clients each; the clients are"
        " lined up, as their rows lie, with every table that names people.\n\n"
    )
    report("The order of rows", text + table(head, rows))
