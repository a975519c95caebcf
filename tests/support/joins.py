"""
The solver of the join rule: does anything lead from a person to a client or a member, all exits
in hand, or from one pseudonym of somebody to another?

Every record of every exit is a node. Two records are joined when they share something that
hardly anybody else has: an id in any spelling, sixteen bytes or more that are the same, an
address, a NIP, a name, an instant to the second. Agencies, units, services and the counsellors
themselves are known to everybody and join nothing. A heap of joined records that holds both
something of an employee and something of a client is a way from one to the other. One that
holds two pseudonyms (a client, a member of this circle, a member of that) shows that they are
one person.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from portal.notifications.services import house_windows
from tests.support.exits import Record

Token = tuple[str, object]

_UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{32,}(?![0-9a-fA-F])")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{22,}")
_MAIL = re.compile(rb"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NIP = re.compile(rb"(?<!\d)\d{18}(?!\d)")
_INSTANT = re.compile(
    rb"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d(?::?\d\d)?)?"
)
_WIDTH = 16

EMPLOYEE_COLUMNS = {
    "people_user": ("id", "nip", "email", "full_name"),
    "people_employee": ("id",),
    "account_emailaddress": ("email",),
}
CLIENT_COLUMNS = {
    "counselling_client": ("id", "owner_tag", "code_tag", "alias_tag", "contact"),
    "counselling_appointment": ("id",),
    "counselling_consent": ("id",),
    "groups_enrolment": ("id", "member_tag", "alias_tag", "contact"),
    "groups_place": ("id",),
    "groups_attendance": ("id",),
    "groups_block": ("id", "blocked_tag"),
    "groups_concern": ("id",),
    "groups_sealedcopy": ("id",),
    "notifications_notification": ("id", "recipient_tag", "fact_key", "contact"),
    "notifications_addresschoice": ("id", "tag"),
}
HUBS = {
    "people_agency": ("id",),
    "people_unit": ("id",),
    "counselling_service": ("id",),
    "counselling_counsellor": ("id", "user_id"),
    "groups_supportgroup": ("id",),
    "groups_facilitator": ("id", "user_id"),
    "groups_agreement": ("id",),
    "groups_announcement": ("id",),
    "groups_capacitypool": ("id",),
    "groups_meeting": ("id",),
    "groups_meetingseries": ("id",),
    "groups_planchange": ("id",),
}
"""
Reviewed: what everybody knows, so that sharing it says nothing about anybody. What a circle is,
when it meets and what it was told is known to all of its members, and shared by them.
"""
CLIENT_SIDE = frozenset({
    *CLIENT_COLUMNS, "notifications_delivery", "notifications_accountmail",
    "audit_clientevent", "audit_clientlink",
})  # fmt: skip


@dataclass
class Known:
    """What the exits hold that can be recognised again."""

    bytes16: set[bytes] = field(default_factory=set)
    names: set[bytes] = field(default_factory=set)
    employee: set[Token] = field(default_factory=set)
    client: set[Token] = field(default_factory=set)
    hubs: set[Token] = field(default_factory=set)
    qualities: set[bytes] = field(default_factory=set)
    """Units and zones by every name: true of several people, and so half a name."""


def _sixteens(value: bytes) -> Iterator[bytes]:
    """Yield the sixteen bytes by which a value can be recognised inside another."""
    text = value.decode("ascii", errors="replace")
    if _UUID.fullmatch(value):
        yield bytes.fromhex(text.replace("-", ""))
    elif _HEX.fullmatch(value):
        yield bytes.fromhex(text[:32])
    elif len(value) >= _WIDTH and not value.isascii():
        yield value[:_WIDTH]


def token_of(value: bytes) -> Token:
    """Return the token by which a value is recognised: an id as text, or raw bytes."""
    return _plain_token(value)


def _plain_token(value: bytes) -> Token:
    for found in _sixteens(value):
        return ("bytes", found)
    if _MAIL.fullmatch(value):
        return ("mail", value.lower())
    return ("nip", value) if _NIP.fullmatch(value) else ("name", value)


def learn(records: Iterable[Record], *, staff: frozenset[bytes]) -> Known:
    """
    Learn from the rows what belongs to whom.

    ``staff`` are the ids of accounts of counsellors and officers, as text: public, like hubs.
    """
    known = Known()
    for record in records:
        columns = dict(record.parts)
        for value in columns.values():
            known.bytes16.update(_sixteens(value))
        public = columns.get("id") in staff or columns.get("user_id") in staff
        for side, table in ((known.employee, EMPLOYEE_COLUMNS), (known.client, CLIENT_COLUMNS),
                            (known.hubs, HUBS)):  # fmt: skip
            tokens = {
                _plain_token(columns[name])
                for name in table.get(record.where, ())
                if columns.get(name)
            }
            (known.hubs if public else side).update(tokens)
        if record.where == "people_user" and not public:
            known.names.add(columns["full_name"])
        if record.where == "people_unit":
            known.qualities |= {columns[name] for name in ("id", "code", "name")}
    known.qualities |= {b"Asia/Makassar", b"Asia/Jayapura", b"Asia/Pontianak"}
    return known


def share_with_staff(records: Iterable[Record], known: Known, *, tags: Iterable[bytes]) -> None:
    """Count the counsellors' own inbox tags, and notices to them, as public."""
    own = set(tags)
    known.hubs |= {("bytes", tag[:_WIDTH]) for tag in own}
    for record in records:
        columns = dict(record.parts)
        if record.where == "notifications_notification" and columns["recipient_tag"] in own:
            known.client -= {_plain_token(columns[name]) for name in ("recipient_tag",)}


def tokens_of(record: Record, known: Known) -> set[Token]:
    """Return what a record holds by which another record could be joined to it."""
    found: set[Token] = set()
    for name, value in record.parts:
        if name == "Date":
            found.add(("at", int(parsedate_to_datetime(value.decode()).timestamp())))
        for piece in _pieces(value):
            found |= _tokens_in(piece, known)
    return found - known.hubs


def _pieces(value: bytes) -> Iterator[bytes]:
    """Yield a value and what its base64 runs say, wherever they begin."""
    yield value
    for run in _BASE64.findall(value):
        same = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            piece = same[start:]
            piece = piece[:-1] if len(piece) % 4 == 1 else piece
            yield base64.b64decode(piece + b"=" * (-len(piece) % 4))


def _tokens_in(value: bytes, known: Known) -> set[Token]:
    found: set[Token] = {("bytes", piece) for piece in _known_bytes(value, known)}
    found |= {("mail", match.lower()) for match in _MAIL.findall(value)}
    found |= {("nip", match) for match in _NIP.findall(value)}
    found |= {("at", second) for second in _instants(value)}
    if b" " in value:
        found |= {("name", name) for name in known.names if name in value}
    return found


def _known_bytes(value: bytes, known: Known) -> Iterator[bytes]:
    spelled = [match.replace(b"-", b"") for match in _UUID.findall(value)]
    spelled += [run[: len(run) // 2 * 2] for run in _HEX.findall(value)]
    for candidate in (value, *(bytes.fromhex(run.decode()) for run in spelled)):
        for start in range(len(candidate) - _WIDTH + 1):
            window = candidate[start : start + _WIDTH]
            if window in known.bytes16:
                yield window


def _instants(value: bytes) -> Iterator[int]:
    """
    Yield instants to the second.

    Whole hours and the few windows of the day in which mail leaves are what the house calls
    coarse: a window is shared by whoever has news, and is coarser than an hour.
    """
    windows = house_windows()
    for day, clock, zone in _INSTANT.findall(value):
        text = f"{day.decode()}T{clock.decode()}"
        offset = zone.decode().replace("Z", "+00:00") or "+07:00"
        offset = offset if len(offset) > 3 else f"{offset}:00"
        instant = datetime.fromisoformat(text + offset).astimezone(UTC)
        if int(instant.timestamp()) % 3600 and instant not in windows.on(instant):
            yield int(instant.timestamp())


class _Heaps:
    """Records that belong together, found by union."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, node: int) -> int:
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)


@dataclass(frozen=True, slots=True)
class Path:
    """A heap in which an employee and a client meet."""

    people: frozenset[Token]
    clients: frozenset[Token]
    where: tuple[str, ...]


def _heaps(held: Sequence[set[Token]]) -> list[list[int]]:
    """Return the numbers of the records that belong together, heap by heap."""
    by_token: dict[Token, list[int]] = defaultdict(list)
    for number, tokens in enumerate(held):
        for token in tokens:
            by_token[token].append(number)
    heaps = _Heaps(len(held))
    for numbers in by_token.values():
        for number in numbers[1:]:
            heaps.join(numbers[0], number)
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(held)):
        members[heaps.root(number)].append(number)
    return list(members.values())


def ways(
    records: list[Record], known: Known, held: list[set[Token]] | None = None
) -> list[Path]:
    """
    Return every heap of joined records that leads from an employee to a client.

    ``held`` may carry the tokens of the records, one set each, if they are known already.
    """
    held = held or [tokens_of(record, known) for record in records]
    found = []
    for heap in _heaps(held):
        tokens = set().union(*(held[number] for number in heap))
        people, clients = tokens & known.employee, tokens & known.client
        if people and clients:
            where = tuple(sorted({records[number].where for number in heap}))
            found.append(Path(frozenset(people), frozenset(clients), where))
    return found


def pairs(
    records: list[Record],
    known: Known,
    owners: Mapping[Token, tuple[str, str]],
    held: list[set[Token]] | None = None,
) -> list[Path]:
    """
    Return every heap that holds two pseudonyms of one person.

    ``owners`` maps a token to (person, pseudonym), as only the house's key can tell.
    """
    held = held or [tokens_of(record, known) for record in records]
    found = []
    for heap in _heaps(held):
        tokens = set().union(*(held[number] for number in heap))
        mine: dict[str, set[str]] = defaultdict(set)
        for token in tokens & owners.keys():
            person, pseudonym = owners[token]
            mine[person].add(pseudonym)
        if any(len(several) > 1 for several in mine.values()):
            where = tuple(sorted({records[number].where for number in heap}))
            found.append(Path(frozenset(), frozenset(tokens & owners.keys()), where))
    return found


def half_names(records: Iterable[Record], known: Known) -> list[str]:
    """Return every place among what is known of clients that tells a unit or a zone."""
    return [
        f"{where}: {quality.decode()}"
        for record in records
        if record.where in CLIENT_SIDE
        for where, value in record.named()
        if value.isascii()
        for quality in known.qualities
        if re.search(rb"(?<![\w-])" + re.escape(quality) + rb"(?![\w-])", value)
    ]
