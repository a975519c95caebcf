"""
Write the record, chain it, and find what was done to it.

A row is proven when it is written; its place in the chain is given afterwards, by a task that
runs every minute: a chain inside each business transaction would be one lock for the whole
house. Until then, a minute at most, a row could be taken out unseen by whoever owns the table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from portal.audit.models import (
    ClientEvent,
    ClientLink,
    Link,
    RefusalCount,
    StaffEvent,
    StaffLink,
    house_day,
)
from portal.vault.services import mac

Event = StaffEvent | ClientEvent
GENESIS = bytes(32)
"""What stands before the first link."""
_BATCH = 1000
_MOST_AT_ONCE = 20_000
_LATEST = 10_000
"""So many numbers back an event may still appear; to look at all takes long one day."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One of the two chains: its name, its events and its links."""

    name: str
    events: type[Event]
    links: type[Link]


CHAINS = (
    Chain("staff", StaffEvent, StaffLink),
    Chain("client", ClientEvent, ClientLink),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a chain; kept outside, it makes a cut tail visible."""

    chain: str
    position: int
    mac: bytes

    def __str__(self) -> str:
        return f"{self.chain}:{self.position}:{self.mac.hex()}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read what ``str`` wrote. :raises ValueError: if it is no head of a chain of ours."""
        name, position, proof = text.strip().split(":")
        if name not in {chain.name for chain in CHAINS} or len(bytes.fromhex(proof)) != 32:
            raise ValueError(text)
        return cls(name, int(position), bytes.fromhex(proof))


def record_staff(
    *, role: str, handle: str, action: str, subject: str, reason: str = "", now: datetime
) -> None:
    """
    Write down a deed of somebody in a staff role, in the transaction of the deed.

    ``handle`` and ``subject`` are ids of rows; ``reason`` is a code or a neutral sentence.
    """
    event = StaffEvent(
        id=uuid4(),
        at=now,
        role=role,
        handle=handle,
        action=action,
        subject=subject,
        reason=reason,
    )
    event.mac = _proof(event)
    event.save(force_insert=True)


def record_client(*, handle: str, action: str, subject: str, now: datetime) -> None:
    """
    Write down a deed of a client, by the day, in the transaction of the deed.

    ``handle`` is the client's own id; an account here would break the join rule of the house.
    """
    event = ClientEvent(
        id=uuid4(), on_day=house_day(now), handle=handle, action=action, subject=subject
    )
    event.mac = _proof(event)
    event.save(force_insert=True)


def count_refusal(*, route: str, now: datetime) -> None:
    """Add one to the refusals of a route in this hour. Nobody's name is near it."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    table = connection.ops.quote_name(RefusalCount._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, route, hour, count) VALUES (%s, %s, %s, 1) "  # noqa: S608 - our own table
            f"ON CONFLICT (route, hour) DO UPDATE SET count = {table}.count + 1",
            [uuid4(), route, hour],
        )


def chain_events(*, now: datetime) -> int:
    """
    Give every event that has none its link, in the order of their numbers; return how many.

    One process at a time: whoever finds another at work leaves at once. An event whose
    transaction ended after that of a later one is chained when it appears; one that comes later
    than ten thousand others is found in the first minute of an hour, when all are looked at.
    """
    return sum(_extend(chain, everything=now.minute == 0) for chain in CHAINS)


def heads() -> list[Head]:
    """Return the newest link of each chain; position 0 for one that is empty."""
    return [_head(chain) for chain in CHAINS]


def verify(*, anchored: Iterable[Head] = ()) -> list[str]:
    """
    Return everything that is wrong with the record, in words; an empty list when nothing is.

    Finds an edited, moved, added or missing row. A tail cut off from both tables is found only
    against a head that was kept outside (``anchored``).
    """
    kept = list(anchored)
    return [
        problem
        for chain in CHAINS
        for problems in (
            _verify_links(chain, [head for head in kept if head.chain == chain.name]),
            _verify_unchained(chain),
        )
        for problem in problems
    ]


def _extend(chain: Chain, *, everything: bool) -> int:
    with transaction.atomic():
        if not _alone(chain):
            return 0
        head = _head(chain)
        position, before = head.position, head.mac
        links: list[Link] = []
        events = _unchained(chain).order_by("sequence")
        if not everything:
            newest = chain.links._base_manager.aggregate(newest=Max("sequence"))["newest"] or 0
            events = events.filter(sequence__gt=newest - _LATEST)
        for event in events[:_MOST_AT_ONCE]:
            position += 1
            link = chain.links(position=position, event_id=event.pk, sequence=event.sequence)
            link.mac = before = _link_proof(chain, link, bytes(event.mac), before)
            links.append(link)
        chain.links._base_manager.bulk_create(links, batch_size=_BATCH)
    return len(links)


def _alone(chain: Chain) -> bool:
    """Take the chain's advisory lock to the end of the transaction, unless another has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{chain.name}"]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _unchained(chain: Chain) -> QuerySet[Event]:
    linked = chain.links._base_manager.filter(event_id=OuterRef("pk"))
    return chain.events._base_manager.filter(~Exists(linked))


def _head(chain: Chain) -> Head:
    newest = chain.links._base_manager.order_by("-position").first()
    if newest is None:
        return Head(chain.name, 0, GENESIS)
    return Head(chain.name, newest.position, newest.mac)


def _verify_links(chain: Chain, anchored: Sequence[Head]) -> Iterator[str]:
    waiting = {head.position: head for head in anchored}
    before, position = GENESIS, 0
    for link, event in _links_with_events(chain):
        position += 1
        if link.position != position:
            yield f"{chain.name} chain: a link is missing before {link.position}"
            position = link.position
        head = waiting.pop(link.position, None)
        if head is not None and head.mac != link.mac:
            yield f"{chain.name} chain: link {link.position} is not the one kept outside"
        yield from _verify_one(chain, link, event, before)
        before = link.mac
    for head in waiting.values():
        if head.position > 0:
            yield f"{chain.name} chain: cut off before {head.position}, which was kept outside"


def _verify_one(chain: Chain, link: Link, event: Event | None, before: bytes) -> Iterator[str]:
    if event is None:
        yield f"{chain.name} chain: the event of link {link.position} is gone"
        return
    if bytes(event.mac) != _proof(event) or event.sequence != link.sequence:
        yield f"{chain.name} chain: the event of link {link.position} was changed"
    if link.mac != _link_proof(chain, link, bytes(event.mac), before):
        yield f"{chain.name} chain: link {link.position} does not prove what stands before it"


def _verify_unchained(chain: Chain) -> Iterator[str]:
    for event in _unchained(chain).order_by("sequence").iterator(chunk_size=_BATCH):
        if bytes(event.mac) != _proof(event):
            yield f"{chain.name} chain: an event that has no link yet is not ours ({event.pk})"


def _links_with_events(chain: Chain) -> Iterator[tuple[Link, Event | None]]:
    """Walk the chain in order; a thousand at a time, however long it is."""
    after = -1
    while True:
        links = list(
            chain.links._base_manager.filter(position__gt=after).order_by("position")[:_BATCH]
        )
        if not links:
            return
        after = links[-1].position
        events = chain.events._base_manager.in_bulk([link.event_id for link in links])
        for link in links:
            yield link, events.get(link.event_id)


def _proof(event: Event) -> bytes:
    """Return the proof over every column but the number, which the link proves."""
    if isinstance(event, StaffEvent):
        when = event.at.astimezone(UTC).isoformat(timespec="microseconds")
        return mac(
            "audit staff event", event.pk, when, event.role, event.handle, event.action,
            event.subject, event.reason,
        )  # fmt: skip
    return mac(
        "audit client event", event.pk, event.on_day.isoformat(), event.handle, event.action,
        event.subject,
    )  # fmt: skip


def _link_proof(chain: Chain, link: Link, event_mac: bytes, before: bytes) -> bytes:
    return mac(
        f"audit {chain.name} link", str(link.position), link.event_id, str(link.sequence),
        event_mac, before,
    )  # fmt: skip
