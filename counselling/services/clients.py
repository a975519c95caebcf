"""The client record: made at first use, locked before anything is counted, given a nickname."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404

from counselling import notices, policies
from counselling.choices import Refusal
from counselling.models import ALIAS_ONCE, Client
from portal.common.db import violated_constraint
from portal.common.errors import Refused
from portal.notifications.services import Recipient, recipient_for
from portal.people.actors import Account, Actor
from portal.people.rules import alias_tells, clean_alias, fold_alias
from portal.people.selectors import Signs, signs_of
from portal.vault.services import open_field_text, seal_field, tag

NICKNAMES: Final = (
    "Langit", "Kenanga", "Embun", "Senja", "Melati", "Rimba", "Samudra", "Cemara", "Pelangi",
    "Kunang", "Mentari", "Angin", "Teratai", "Bintang", "Lembah", "Sungai", "Awan", "Anggrek",
    "Merpati", "Fajar", "Gunung", "Ombak", "Jati", "Seruni", "Pandan", "Hujan", "Bakau",
    "Camar", "Dahlia", "Gerimis", "Kemuning", "Lontar", "Mahoni", "Nipah", "Padi", "Randu",
    "Sagu", "Telaga", "Cendana", "Wijaya", "Zamrud", "Kapas", "Damar", "Bulan", "Kelapa",
    "Tanjung", "Sawo", "Pinus", "Murai", "Jalak", "Kasuari", "Rusa", "Elang", "Penyu", "Lumba",
    "Kelana",
)  # fmt: skip
"""Words of nature, nobody's name and nobody's rank."""
NUMBERS: Final = 100_000
"""Behind a word once all words are taken; with 56 words that is room for millions."""
DRAWS: Final = 20
"""A draw fails only when two people draw one nickname at one moment."""


class AliasRefused(Refused):
    """This nickname cannot be taken; the reason says why, without saying whose it is."""


def locked_client(*, actor: Actor, now: datetime) -> Client:
    """
    Return the actor's client record, made on first use, locked to the end of the transaction.

    The first lock of every deed here: the person, then the counsellor.

    :raises Http404: for a holder of a code that opens nothing.
    """
    found = policies.clients_of(actor).select_for_update().first()
    if found is not None:
        return found
    if not isinstance(actor, Account):
        raise Http404
    _make(actor, now=now)
    return policies.clients_of(actor).select_for_update().get()


def recipient_of(client: Client) -> Recipient | None:
    """Return how to tell a client, or None for one without an account."""
    if client.owner_tag is None or client.contact is None:
        return None
    return Recipient(tag=client.owner_tag, contact=client.contact)


def rename(*, client: Client, actor: Actor, alias: str) -> None:
    """
    Give the locked client another nickname; an empty or equal one changes nothing.

    :raises AliasRefused: if it shows who the actor is, or somebody else uses it.
    """
    wanted = clean_alias(alias)
    if not fold_alias(wanted) or wanted == open_field_text(client, "alias"):
        return
    signs = signs_of(user_id=actor.user_id) if isinstance(actor, Account) else Signs()
    if alias_tells(wanted, names=signs.names, units=signs.units):
        raise AliasRefused(Refusal.ALIAS_TELLS)
    client.alias_tag = _alias_tag(wanted)
    seal_field(client, "alias", wanted)
    try:
        with transaction.atomic():
            client.save(update_fields=["alias", "alias_tag"])
    except IntegrityError as error:
        if violated_constraint(error) != ALIAS_ONCE:
            raise
        raise AliasRefused(Refusal.ALIAS_TAKEN) from error


def _make(actor: Account, *, now: datetime) -> None:
    recipient = recipient_for(namespace=notices.CLIENT, user_id=actor.user_id)
    signs = signs_of(user_id=actor.user_id)
    for _ in range(DRAWS):
        alias = _draw(signs)
        client = Client(
            owner_tag=recipient.tag,
            contact=recipient.contact,
            alias_tag=_alias_tag(alias),
            created_month=now.date().replace(day=1),
        )
        seal_field(client, "alias", alias)
        # Silent on a conflict: the nickname was drawn twice, or another tab of hers was faster.
        Client.objects.bulk_create([client], ignore_conflicts=True)
        if policies.clients_of(actor).exists():
            return
    msg = "no nickname could be drawn"
    raise RuntimeError(msg)


def _draw(signs: Signs) -> str:
    """Return a nickname nobody has: a word while words are free, then a word with a number."""
    safe = [
        word
        for word in NICKNAMES
        if not alias_tells(word, names=signs.names, units=signs.units)
    ]
    words = {_alias_tag(word): word for word in safe}
    taken = set(Client.objects.filter(alias_tag__in=words).values_list("alias_tag", flat=True))
    free = [word for alias_tag, word in words.items() if alias_tag not in taken]
    if free:
        return secrets.choice(free)
    return f"{secrets.choice(safe)} {secrets.randbelow(NUMBERS)}"


def _alias_tag(alias: str) -> bytes:
    return tag("alias", fold_alias(alias))


def counsellor_recipient(*, user_id: UUID) -> Recipient:
    """Return how to tell a counsellor; her inbox here is apart from her own as an employee."""
    return recipient_for(namespace=notices.COUNSELLOR, user_id=user_id)
