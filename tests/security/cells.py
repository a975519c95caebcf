"""Answers to many kinds of person at once: the vocabulary of the access table."""

from tests.support.world import PERSONS

Status = int | str
Cells = dict[str, Status]
MEMBERS = ("owner", "waiting")
KNOWN = (*MEMBERS, "gone")
"""Who is in the circle or on her way into it; and who has left it."""
CREW = ("leader", "stand_in")
KEYED = ("assigned", "counsellor", "leader", "duty", "reviewer", "second")
"""Who has a vault."""
OUTSIDE = ("anonymous", "closed")
"""Nobody, and somebody whose account was closed while she was signed in: the same."""


def anyone(status: Status) -> Cells:
    """Answer everybody alike."""
    return dict.fromkeys(PERSONS, status)


def signed_in(status: Status, *, out: Status = "in", **others: Status) -> Cells:
    """Answer everybody who is signed in alike, but for those named."""
    return {**anyone(status), **others, **dict.fromkeys(OUTSIDE, out)}


def only(person: str, status: Status) -> Cells:
    """Answer one kind of person; to all others the page does not exist."""
    return signed_in(404, **{person: status})


def those(status: Status, *persons: str) -> Cells:
    """Answer several kinds of person; to all others the page does not exist."""
    return signed_in(404, **dict.fromkeys(persons, status))


def facilitators(status: Status, *, duty: Status = 404) -> Cells:
    """Answer those who lead any circle; to others the page does not exist."""
    return signed_in(404, facilitator=status, leader=status, stand_in=status, duty=duty)


def of_the_agency(status: Status, **others: Status) -> Cells:
    """Answer everybody employed here; counsellors from outside have no circle."""
    return signed_in(status, assigned=404, counsellor=404, stranger=404, **others)


def employed(status: Status, **others: Status) -> Cells:
    """Answer everybody who is an employee somewhere; counsellors from outside are not."""
    return signed_in(status, assigned=404, counsellor=404, **others)


def desk(status: Status, **others: Status) -> Cells:
    """Answer HR and the officials of her agency; ``stranger`` is both in another one."""
    return signed_in(404, hr=status, official=status, undecreed=status, **others)


def desks(status: Status) -> Cells:
    """Answer HR and the officials of any agency, each with what is her own agency's."""
    return desk(status, stranger=status)


def hr(status: Status) -> Cells:
    """Answer the HR officer of her agency."""
    return only("hr", status)


def hr_anywhere(status: Status) -> Cells:
    """Answer HR officers of any agency, each with what is her own agency's."""
    return those(status, "hr", "stranger")


def reviewers(status: Status) -> Cells:
    """Answer the medical reviewers."""
    return those(status, "reviewer", "second")


def keyed(status: Status, other: Status) -> Cells:
    """Answer those who have a vault, and everybody else who is signed in."""
    return signed_in(other, **dict.fromkeys(KEYED, status))


def counsellors(status: Status) -> Cells:
    """Answer those who counsel today; to all others the page does not exist."""
    return signed_in(404, assigned=status, counsellor=status)
