"""How a room puts a notice together: rows are loaded once a page, each is worded by itself."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

from portal.notifications.registry import InboxLines, Notice, SubjectAtRev, SubjectFor

_SOME_ZONE: Final = "Asia/Jakarta"
_BEFORE_EVERYTHING: Final = datetime.min.replace(tzinfo=UTC)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Moment:
    """The revision that was told, the reader's zone, and when she reads."""

    rev: int
    zone: str
    now: datetime


def notice(
    name: str,
    load: Callable[[Set[UUID]], Mapping[UUID, Row]],
    say: Callable[[Row, Moment], InboxLines | None],
    *,
    concerns: Callable[[Set[SubjectFor], datetime], Set[SubjectFor]] | None = None,
    newest: bool = False,
) -> Notice:
    """
    Return a notice that is true as long as there are words for it.

    ``load`` finds the rows of any number of subjects in a fixed number of queries; ``say``
    words one, or returns None when it has passed over. With ``newest`` a page shows one line a
    subject, however often it was told: the one of the highest revision.
    """

    def word(
        rows: Mapping[UUID, Row], pairs: Sequence[SubjectAtRev], zone: str, now: datetime
    ) -> Mapping[SubjectAtRev, InboxLines]:
        told = sorted(pairs)
        said = {
            (subject_id, rev): say(rows[subject_id], Moment(rev, zone, now))
            for subject_id, rev in (dict(told).items() if newest else told)
            if subject_id in rows
        }
        return {pair: lines for pair, lines in said.items() if lines is not None}

    def many(
        pairs: Sequence[SubjectAtRev], zone: str, now: datetime
    ) -> Mapping[SubjectAtRev, InboxLines]:
        return word(load({subject_id for subject_id, _rev in pairs}), pairs, zone, now)

    def still_true(subject_id: UUID, rev: int, now: datetime) -> bool:
        return bool(many([(subject_id, rev)], _SOME_ZONE, now))

    def lines(subject_id: UUID, zone: str) -> InboxLines:
        row = load({subject_id}).get(subject_id)
        moment = Moment(getattr(row, "rev", 0), zone, _BEFORE_EVERYTHING)
        said = say(row, moment) if row is not None else None
        return said or InboxLines("", "", "")

    return Notice(
        name=name,
        still_true=still_true,
        lines=lines,
        many=many,
        load=load,
        word=word,
        concerns=concerns,
    )
