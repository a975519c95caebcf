"""Going: places go on, nothing follows, rooms change; a break keeps the place."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from groups import notices
from groups.choices import EnrolmentState, Mark, PlaceState, Refusal, SignalKind, Way
from groups.models import (
    Attendance,
    Block,
    Enrolment,
    Meeting,
    MeetingSignal,
    Place,
    SealedCopy,
)
from groups.selectors.circles import list_coming
from groups.services import applicants, enrolment, leaving, setup
from groups.services.room_secrets import rotate_secrets
from portal.audit.models import ClientEvent, StaffEvent
from portal.notifications.models import AddressChoice, Notification
from portal.people.models import User
from portal.vault.services import make_vault, open_field_text
from tests.factories import LONG_AGO, NOW, PASSPHRASE, wib
from tests.services.groups.test_joining import place_of, press, refused
from tests.support.groups import (
    enrolment_of,
    join,
    make_circle,
    make_member_account,
    meetings_of,
    plan_series,
)

pytestmark = pytest.mark.django_db


def leave(circle, actor, *, now=NOW) -> None:
    enrolment.leave_circle(actor=actor, group_id=circle.group.pk, now=now)


def remove(circle, actor, *, may_return=True, now=NOW) -> None:
    leaving.remove_member(
        actor=circle.lead,
        enrolment_id=enrolment_of(circle, actor).pk,
        may_return=may_return,
        now=now,
    )


@pytest.fixture
def circle():
    circle = make_circle(capacity=1, ways=(Way.ONLINE,))
    plan_series(circle, starts_on=wib(9).date() + timedelta(days=2), at=wib(9).time())
    return circle


def test_leaving_is_one_deed(circle):
    rina, next_one = join(circle), join(circle)
    row = enrolment_of(circle, rina)
    first, second, *_ = meetings_of(circle)
    rotate_secrets(meetings=[first])
    before = open_field_text(Meeting.objects.get(pk=first.pk), "room_secret")
    Attendance.objects.create(meeting=second, enrolment=row, mark=Mark.EXCUSED)
    MeetingSignal.objects.create(meeting=first, enrolment=row, kind=SignalKind.PASS)
    enrolment.block_person(actor=rina, group_id=circle.group.pk, who="x@y.test", now=NOW)
    for _ in range(2):
        leave(circle, rina)
    row = enrolment_of(circle, rina)
    assert (row.state, row.left_month) == (EnrolmentState.LEFT, date(2026, 11, 1))
    # The nickname stays taken.
    assert row.alias is not None
    assert place_of(circle, next_one).state == PlaceState.OFFERED
    assert not row.places.filter(state=PlaceState.TAKEN).exists()
    assert not Notification.objects.filter(recipient_tag=row.member_tag).exists()
    for model in (Attendance, MeetingSignal, Block, AddressChoice):
        assert not model.objects.exists()
    after = open_field_text(Meeting.objects.get(pk=first.pk), "room_secret")
    assert after != before
    done = ClientEvent.objects.filter(action="lingkar.left")
    assert [one.handle for one in done] == [str(row.pk)]
    assert list_coming(actor=rina, now=NOW) == []


def test_who_only_waited_changes_no_room(circle):
    join(circle)
    waiting = join(circle)
    first, *_ = meetings_of(circle)
    rotate_secrets(meetings=[first])
    before = bytes(Meeting.objects.get(pk=first.pk).room_secret)
    leave(circle, waiting)
    assert bytes(Meeting.objects.get(pk=first.pk).room_secret) == before


def test_nobody_leaves_what_she_was_never_in(circle):
    with pytest.raises(Http404):
        leave(circle, make_member_account(circle))


def test_removing_tells_her_and_takes_back_what_waits(circle):
    rina = join(circle)
    row = enrolment_of(circle, rina)
    remove(circle, rina)
    told = Notification.objects.filter(recipient_tag=row.member_tag)
    assert [one.notice for one in told] == [notices.REMOVED]
    assert enrolment_of(circle, rina).state == EnrolmentState.REMOVED
    event = StaffEvent.objects.get(action="circle.removed")
    assert (event.handle, event.subject) == (
        str(circle.facilitator(circle.lead).pk),
        str(row.pk),
    )
    assert refused(lambda: remove(circle, rina)) == Refusal.NOT_MEMBER


def test_the_removed_keep_no_door_open(circle):
    rina = join(circle)
    remove(circle, rina, may_return=False)
    row = enrolment_of(circle, rina)
    assert (row.state, row.barred) == (EnrolmentState.BARRED, True)
    for deed in (enrolment.pause_circle, enrolment.resume_circle):
        assert refused(lambda d=deed: d(actor=rina, group_id=circle.group.pk, now=NOW)) == (
            Refusal.NOT_MEMBER
        )


def test_a_break_keeps_the_place(circle):
    rina = join(circle)
    enrolment.pause_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    assert enrolment_of(circle, rina).state == EnrolmentState.PAUSED
    assert place_of(circle, rina).state == PlaceState.TAKEN
    assert list_coming(actor=rina, now=NOW) == []
    enrolment.resume_circle(actor=rina, group_id=circle.group.pk, now=NOW)
    assert enrolment_of(circle, rina).state == EnrolmentState.ACTIVE
    assert len(list_coming(actor=rina, now=NOW)) == 2


def test_the_agreement_is_accepted_anew(circle):
    rina = join(circle)

    def agree(version):
        enrolment.accept_agreement(
            actor=rina, group_id=circle.group.pk, version=version, now=NOW
        )

    agree(1)
    assert refused(lambda: agree(2)) == Refusal.AGREEMENT_CHANGED


# ---- closed accounts


def test_a_closed_account_leaves_every_group(circle):
    other = make_circle(agency=circle.agency, head=circle.head)
    rina, next_one = join(circle), join(circle)
    join(other, rina, alias="Batu Karang")
    assert leaving.leave_for_departed(now=NOW) == 0
    User.objects.filter(pk=rina.user_id).update(is_active=False)
    assert leaving.leave_for_departed(now=NOW) == 2
    assert leaving.leave_for_departed(now=NOW) == 0
    assert {enrolment_of(one, rina).state for one in (circle, other)} == {"LEFT"}
    assert place_of(circle, next_one).state == PlaceState.OFFERED


# ---- nicknames are forgotten


def months_later(months: int):
    year, month = divmod(NOW.year * 12 + NOW.month - 1 + months, 12)
    return NOW.replace(year=year, month=month + 1, day=2)


def test_a_nickname_stays_taken_for_twelve_months(circle):
    rina = join(circle, alias="Kenanga")
    meeting, *_ = meetings_of(circle)
    row = enrolment_of(circle, rina)
    Attendance.objects.create(meeting=meeting, enrolment=row, mark=Mark.PRESENT)
    leave(circle, rina)
    dewi = make_member_account(circle)
    for months in (0, 11):
        leaving.forget_old_aliases(now=months_later(months))
        assert refused(lambda: press(circle, dewi, alias="kenanga")) == Refusal.ALIAS_TAKEN
    leaving.forget_old_aliases(now=months_later(12))
    row.refresh_from_db()
    assert (row.alias, row.alias_tag) == (None, None)
    assert not row.places.exists()
    press(circle, dewi, alias="kenanga")


def test_what_nobody_needs_goes_and_a_bar_stays(circle):
    rina, dewi = join(circle), make_member_account(circle)
    leave(circle, rina)
    join(circle, dewi)
    remove(circle, dewi, may_return=False)
    assert leaving.forget_old_aliases(now=months_later(12)) > 0
    row = Enrolment.objects.get()
    assert (row.barred, row.alias) == (True, None)
    assert leaving.forget_old_aliases(now=months_later(13)) == 0
    # She is still not let in, with a nickname of today.
    press(circle, dewi)
    assert enrolment_of(circle, dewi).held_back


def test_whose_offer_ran_out_long_ago_has_left(circle):
    inside, waiting = join(circle), join(circle)
    leave(circle, inside)
    Place.objects.filter(enrolment=enrolment_of(circle, waiting)).update(
        state=PlaceState.LAPSED, seat_no=None, offer_expires_at=None
    )
    leaving.forget_old_aliases(now=months_later(11))
    assert enrolment_of(circle, waiting).state == EnrolmentState.WAITING
    leaving.forget_old_aliases(now=months_later(12))
    assert not Enrolment.objects.filter(state=EnrolmentState.WAITING).exists()


# ---- what is written to the facilitators


def test_words_are_sealed_to_each_facilitator_with_a_vault():
    circle = make_circle(join_policy="SCREENING")
    make_vault(user_id=circle.lead.user_id, passphrase=PASSPHRASE, now=LONG_AGO)
    rina = make_member_account(circle)
    press(circle, rina, words="Telepon saya sore hari.")
    copy = SealedCopy.objects.get()
    assert copy.subject_id == enrolment_of(circle, rina).pk
    assert b"Telepon" not in bytes(copy.sealed)
    leave(circle, rina)
    assert not SealedCopy.objects.exists()


def test_words_open_with_the_readers_vault_and_to_nobody_in_the_line():
    from groups.services.applicants import open_application
    from portal.people.models import Employee
    from portal.vault.services import open_with_passphrase
    from portal.vault.unlock import OpenVault

    circle = make_circle(join_policy="SCREENING")
    for one in (circle.lead, circle.co):
        make_vault(user_id=one.user_id, passphrase=PASSPHRASE, now=LONG_AGO)
    boss = make_member_account(circle)
    Employee.objects.filter(user_id=circle.co.user_id).update(
        manager=Employee.objects.get(user_id=boss.user_id)
    )
    press(circle, boss, words="Telepon saya sore hari.")
    row = enrolment_of(circle, boss)
    # As if it had been cleared: the copies are what they are.
    Enrolment.objects.filter(pk=row.pk).update(held_back=False)
    read = {}
    for one in (circle.lead, circle.co):
        key = open_with_passphrase(user_id=one.user_id, passphrase=PASSPHRASE)
        read[one.user_id] = open_application(
            actor=one, enrolment_id=row.pk, vault=OpenVault(key), now=NOW
        )
    assert read == {circle.lead.user_id: "Telepon saya sore hari.", circle.co.user_id: ""}
    assert len({len(bytes(copy.sealed)) for copy in SealedCopy.objects.all()}) == 1
    assert StaffEvent.objects.filter(action="circle.application_opened").count() == 2


@pytest.mark.parametrize("way_out", ["accepted", "referred", "withdrawn", "ended"])
def test_what_she_wrote_to_join_goes_with_the_answer(way_out):
    circle = make_circle(join_policy="SCREENING")
    make_vault(user_id=circle.lead.user_id, passphrase=PASSPHRASE, now=LONG_AGO)
    actor = make_member_account(circle)
    press(circle, actor, words="Telepon saya sore hari.")
    row = enrolment_of(circle, actor)
    assert SealedCopy.objects.filter(subject_id=row.pk).count() == 1
    lead = {"actor": circle.lead, "now": NOW}
    if way_out == "accepted":
        applicants.accept_applicant(enrolment_id=row.pk, **lead)
    elif way_out == "referred":
        applicants.refer_applicant(enrolment_id=row.pk, **lead)
    elif way_out == "withdrawn":
        enrolment.leave_circle(actor=actor, group_id=circle.group.pk, now=NOW)
    else:
        setup.end_group(group_id=circle.group.pk, **lead)
    assert not SealedCopy.objects.exists()


def test_when_a_circle_ends_nobody_is_avoided_there_any_more():
    circle = make_circle()
    actor = join(circle)
    enrolment.block_person(actor=actor, group_id=circle.group.pk, who="a@b.test", now=NOW)
    setup.end_group(actor=circle.lead, group_id=circle.group.pk, now=NOW)
    assert not enrolment_of(circle, actor).blocks.exists()
