"""People who may not come into a circle, each for her own reason; plain typed functions."""

from groups.services import enrolment, places
from portal.people.actors import Account
from portal.people.models import Employee, User
from tests.factories import NOW, account, make_employee
from tests.support.groups import Circle, enrolment_of, join, make_member_account


def employee(actor: Account) -> Employee:
    """Return somebody as the staff list knows her."""
    return Employee.objects.get(user_id=actor.user_id)


def under(circle: Circle, boss: Account) -> Account:
    """Return somebody of the circle's agency who works under somebody."""
    return account(make_employee("bawahan", agency=circle.agency, manager=employee(boss)))


def superior(circle: Circle) -> Account:
    """Return a boss whose subordinate takes part."""
    boss = make_member_account(circle)
    join(circle, under(circle, boss))
    return boss


def subordinate(circle: Circle) -> Account:
    """Return somebody whose boss takes part."""
    boss = join(circle)
    return under(circle, boss)


def far_below(circle: Circle) -> Account:
    """Return somebody whose boss has a boss who takes part."""
    boss = join(circle)
    return under(circle, under(circle, boss))


def avoided(circle: Circle) -> Account:
    """Return somebody whom a member would rather not meet, named by her mail address."""
    rina, dewi = join(circle), make_member_account(circle)
    mail = User.objects.get(pk=dewi.user_id).email
    block(circle, rina, f" {mail.upper()}")
    return dewi


def avoided_by_nip(circle: Circle) -> Account:
    """Return somebody whom a member would rather not meet, named by her number."""
    rina, dewi = join(circle), make_member_account(circle)
    User.objects.filter(pk=dewi.user_id).update(nip="198503152010012001")
    enrolment.block_person(
        actor=rina, group_id=circle.group.pk, who="19850315 201001 2 001", now=NOW
    )
    return dewi


def barred(circle: Circle) -> Account:
    """Return somebody who was taken out and may not come back."""
    rina = join(circle)
    enrolment.remove_member(
        actor=circle.lead,
        enrolment_id=enrolment_of(circle, rina).pk,
        may_return=False,
        now=NOW,
    )
    return rina


def leads_it(circle: Circle) -> Account:
    """Return somebody who leads the circle."""
    return circle.co


def boss_of_a_facilitator(circle: Circle) -> Account:
    """Return a boss of somebody who leads the circle."""
    boss = make_member_account(circle)
    leader = employee(circle.co)
    leader.manager = employee(boss)
    leader.save()
    return boss


def superior_elsewhere(circle: Circle) -> Account:
    """Return a boss whose subordinate is in no circle."""
    boss = make_member_account(circle)
    under(circle, boss)
    return boss


def removed(circle: Circle) -> Account:
    """Return somebody who was in a circle and may come back, when it is full again."""
    rina = make_member_account(circle)
    places.set_capacity(
        actor=circle.lead, group_id=circle.group.pk, way="ROOM", capacity=3, now=NOW
    )
    join(circle, rina)
    enrolment.remove_member(
        actor=circle.lead,
        enrolment_id=enrolment_of(circle, rina).pk,
        may_return=True,
        now=NOW,
    )
    places.set_capacity(
        actor=circle.lead, group_id=circle.group.pk, way="ROOM", capacity=2, now=NOW
    )
    return rina


def block(circle: Circle, actor: Account, who: str) -> None:
    """Let a member say whom she would rather not meet."""
    enrolment.block_person(actor=actor, group_id=circle.group.pk, who=who, now=NOW)
