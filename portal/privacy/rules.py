"""Turning the register of doors into who reads what of each thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PAGE_SIZE = 50
"""Lines of the record on one page."""


@dataclass(frozen=True, slots=True)
class Door:
    """One line of the register that is about a private thing."""

    thing: str
    sees: Mapping[str, str]


@dataclass(slots=True)
class ThingRow:
    """A private thing: who reads what of it, and who reads nothing."""

    thing: str
    sees: dict[str, list[str]] = field(default_factory=dict)

    def nobody_else(self, everybody: Iterable[str]) -> list[str]:
        """Return those of ``everybody`` who read nothing of the thing, in their order."""
        return [who for who in everybody if who not in self.sees]


def gather(doors: Sequence[Door]) -> list[ThingRow]:
    """Return one row a thing, in the order the doors come; each sentence stands once."""
    rows: dict[str, ThingRow] = {}
    for door in doors:
        row = rows.setdefault(door.thing, ThingRow(door.thing))
        for who, sentence in door.sees.items():
            said = row.sees.setdefault(who, [])
            if sentence not in said:
                said.append(sentence)
    return list(rows.values())
