"""Whose turn it is to give a consideration: the line upwards, and who stands in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Post:
    """
    A superior of the line and who stands in for her today, by delegation, the newest first.

    Whoever stands in for a stand-in is not among them: what was delegated is not passed on.
    """

    holder: UUID
    stand_ins: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """
    Who is not asked: ``never`` has another part in the request, or was left out of it.

    ``done`` had her turn in this round; ``absent`` is on leave today or has departed; ``apart``
    may be asked in her own right and never stands in.
    """

    never: frozenset[UUID] = frozenset()
    done: frozenset[UUID] = frozenset()
    absent: frozenset[UUID] = frozenset()
    apart: frozenset[UUID] = frozenset()

    def can_act(self, person: UUID) -> bool:
        """Say whether somebody can be asked in her own right."""
        return person not in self.never | self.done | self.absent

    def can_stand_in(self, person: UUID) -> bool:
        """Say whether somebody can answer in another's place."""
        return self.can_act(person) and person not in self.apart


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is asked, and who may answer in her place."""

    asked: UUID
    stand_in: UUID | None = None


def next_turn(*, line: Sequence[Post], bars: Bars) -> Turn | None:
    """
    Return whom to ask next, the nearest first; None when nobody is left.

    A superior who is away is asked only where somebody stands in for her. One who has a part in
    the request, was left out, or had her turn is passed over together with her stand-ins.
    """
    return next(_turns(line, bars), None)


def stand_in_of(*, asked: UUID, line: Sequence[Post], bars: Bars) -> UUID | None:
    """Return who stands in today for whoever is asked, by delegation."""
    for post in line:
        if post.holder == asked:
            return next((one for one in post.stand_ins if bars.can_stand_in(one)), None)
    return None


def substitute_for(*, asked: UUID, line: Sequence[Post], bars: Bars) -> UUID | None:
    """
    Return who may answer as well once two reminders have passed.

    Whoever stands in by delegation; else the next one up the line who can act, or her stand-in.
    """
    found = stand_in_of(asked=asked, line=line, bars=bars)
    if found is not None:
        return found
    others = [post for post in line if post.holder != asked]
    turn = next_turn(line=others, bars=bars)
    if turn is None:
        return None
    return turn.asked if bars.can_act(turn.asked) else turn.stand_in


def leads_back(*, pairs: Collection[tuple[UUID, UUID]], giver: UUID, stand_in: UUID) -> bool:
    """Say whether naming a stand-in would close a circle of (giver, stand-in) pairs."""
    reached, edge = {stand_in}, {stand_in}
    while edge:
        edge = {after for before, after in pairs if before in edge} - reached
        reached |= edge
    return giver in reached


def _turns(line: Sequence[Post], bars: Bars) -> Iterator[Turn]:
    for post in line:
        if post.holder in bars.never | bars.done:
            continue
        stand_in = next((one for one in post.stand_ins if bars.can_stand_in(one)), None)
        if bars.can_act(post.holder) or stand_in is not None:
            yield Turn(post.holder, stand_in)
