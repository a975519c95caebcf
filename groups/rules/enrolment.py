"""Who may join, under which nickname: facts in, answers out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from groups.choices import Band, GroupStatus, QueueBand, Refusal

NICKNAMES: Final = (
    "Langit", "Kenanga", "Embun", "Senja", "Melati", "Rimba", "Samudra", "Cemara", "Pelangi",
    "Kunang", "Mentari", "Angin", "Teratai", "Bintang", "Lembah", "Sungai", "Awan", "Anggrek",
    "Merpati", "Fajar", "Gunung", "Ombak", "Jati", "Seruni", "Pandan", "Hujan", "Bakau",
    "Camar", "Dahlia", "Gerimis", "Kemuning", "Lontar", "Mahoni", "Nipah", "Padi", "Randu",
    "Sagu", "Telaga", "Cendana", "Zamrud", "Kapas", "Damar", "Bulan", "Kelapa", "Tanjung",
    "Sawo", "Pinus", "Murai", "Jalak", "Kasuari", "Rusa", "Elang", "Penyu", "Lumba", "Kelana",
    "Kabut", "Pasir", "Karang", "Mutiara", "Cahaya", "Rumput", "Bambu", "Enau", "Gaharu",
)  # fmt: skip
"""Words of nature, nobody's name and nobody's rank."""
ALIAS_LEAST: Final = 2
"""How many letters are left of a nickname at least when it is folded."""
ALIAS_KEPT_MONTHS: Final = 12
"""How long a nickname stays taken after its bearer has left."""
FEW_PLACES: Final = 3
"""So many free places, or fewer, are "a few"."""
NEXT_UP: Final = 3
"""So many from the front of a queue are "among the next"."""
SOON_UP: Final = 10
_NUMBERS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinFacts:
    """What is known when somebody presses the button."""

    group_status: str
    is_live: bool
    has_lapsed: bool
    """She is in the queue's books but holds no turn: an offer ran out, or she declined."""
    needs_code: bool
    has_code: bool
    agreement_version: int
    current_version: int
    way: str
    ways: Collection[str]


def refuse_join(facts: JoinFacts) -> Refusal | None:
    """Return why somebody cannot join as she asked, or None; the order is the page's."""
    if facts.group_status != GroupStatus.ACTIVE:
        return Refusal.NOT_OPEN
    if facts.is_live and not facts.has_lapsed:
        return Refusal.ALREADY_IN
    if facts.needs_code and not facts.has_code and not facts.is_live:
        return Refusal.CODE_UNKNOWN
    if facts.agreement_version != facts.current_version:
        return Refusal.AGREEMENT_CHANGED
    if facts.way and facts.way not in facts.ways:
        return Refusal.WAY_NOT_OFFERED
    return None


def band_of(*, capacity: int, seated: int, waiting: int) -> Band:
    """Return how many places are free, in words; with a queue there are none for newcomers."""
    free = capacity - seated
    if free <= 0 or waiting > 0:
        return Band.FULL
    return Band.FEW if free <= FEW_PLACES else Band.MANY


def best_band(bands: Collection[Band]) -> Band:
    """Return the most open of several ways of meeting."""
    order = (Band.MANY, Band.FEW, Band.FULL, Band.CLOSED)
    return min(bands, key=order.index, default=Band.CLOSED)


def queue_band_of(position: int) -> QueueBand:
    """Return where somebody stands in a queue, never as a number; the first stands at 1."""
    if position <= NEXT_UP:
        return QueueBand.NEXT
    return QueueBand.SOON if position <= SOON_UP else QueueBand.LATER


def forget_before(month: date) -> date:
    """Return the month; who left in it or before has been gone for twelve whole months."""
    return month.replace(year=month.year - ALIAS_KEPT_MONTHS // 12)


def pick_nickname(seed: bytes, *, free: Collection[str]) -> str:
    """
    Return the nickname a seed stands for: a free word or, with all taken, one with a number.

    The same seed and the same free words give the same nickname.
    """
    start = int.from_bytes(seed[:4], "big")
    turned = (NICKNAMES[(start + step) % len(NICKNAMES)] for step in range(len(NICKNAMES)))
    word = next((word for word in turned if word in free), None)
    if word is not None:
        return word
    number = int.from_bytes(seed[4:8], "big") % _NUMBERS
    return f"{NICKNAMES[start % len(NICKNAMES)]} {number}"
