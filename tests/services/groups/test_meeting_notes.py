"""Notes carry no names; a debrief is read by its author alone."""

from datetime import date, time, timedelta

import pytest
from django.http import Http404

from groups.choices import Refusal
from groups.models import Debrief, Facilitator, MeetingNote
from groups.notices import FOR_HEAD_TALK
from groups.selectors.meeting import get_run_page
from groups.services import leaving, notes
from groups.services.desk import GroupRefused
from groups.services.notes import NoteRefused
from portal.audit.models import StaffEvent
from portal.notifications.models import Notification
from portal.vault.services import open_field_text
from tests.factories import NOW
from tests.support.groups import join, make_circle, meetings_of, plan_series

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle():
    return make_circle()


@pytest.fixture
def meeting(circle):
    plan_series(circle, starts_on=date(2026, 11, 23), at=time(14, 0), meetings=1)
    return meetings_of(circle)[0]


def write(circle, meeting, text="", *, themes=("SLEEP",), mood="CALM", actor=None, now=None):
    notes.save_note(
        actor=actor or circle.lead,
        meeting_id=meeting.pk,
        themes=themes,
        mood=mood,
        text=text,
        now=now or meeting.period.upper,
    )


def tell(circle, meeting, *, actor=None, wants_talk=False, text="", feeling="TIRED"):
    notes.save_debrief(
        actor=actor or circle.lead,
        meeting_id=meeting.pk,
        feeling=feeling,
        wants_talk=wants_talk,
        text=text,
        now=meeting.period.upper,
    )


def test_a_note_is_sealed_shared_and_recorded(circle, meeting):
    write(circle, meeting, "  Banyak yang sulit tidur. ", themes=["SLEEP", "WORKLOAD", "NONE"])

    row = MeetingNote.objects.get(meeting=meeting)
    assert row.themes == ["WORKLOAD", "SLEEP"]
    assert b"tidur" not in bytes(row.text)
    page = get_run_page(actor=circle.co, meeting_id=meeting.pk, now=meeting.period.upper)
    assert (page.note.text, page.note.mood) == ("Banyak yang sulit tidur.", "CALM")
    event = StaffEvent.objects.get(action="circle.note")
    lead = Facilitator.objects.get(user_id=circle.lead.user_id)
    assert (event.role, event.handle) == ("FACILITATOR", str(lead.pk))


def test_writing_again_replaces_the_note(circle, meeting):
    write(circle, meeting, "Tentang tidur.")
    write(circle, meeting, "", themes=[], mood="HEAVY", actor=circle.co)

    row = MeetingNote.objects.get(meeting=meeting)
    assert (row.themes, row.mood, row.text) == ([], "HEAVY", None)


@pytest.mark.parametrize(
    ("text", "offending"),
    [
        ("Hari ini ken anga diam, lalu KENANGA bicara.", ["ken anga", "KENANGA"]),
        ("Di bawah langit mendung.", ["langit"]),
        ("Hubungi 0812-3456-7890 atau r@kantor.id", ["0812-3456-7890", "r@kantor.id"]),
        ("NIP 198703122010012003", ["198703122010012003"]),
        ("NIK 3171 2345 6789 0001", ["3171 2345 6789 0001"]),
    ],
)
def test_a_note_with_a_name_is_refused_and_kept_nowhere(circle, meeting, text, offending):
    join(circle, alias="Kenanga")
    gone = join(circle, alias="Langit")
    leaving.leave_circle(actor=gone, group_id=circle.group.pk, now=NOW)

    with pytest.raises(NoteRefused) as refused:
        write(circle, meeting, text)

    assert refused.value.reason == Refusal.NAME_IN_TEXT
    assert [text[start:end] for start, end in refused.value.spans] == offending
    assert not MeetingNote.objects.exists()
    assert not StaffEvent.objects.filter(action="circle.note").exists()


def test_a_refused_change_leaves_the_note_as_it_was(circle, meeting):
    join(circle, alias="Kenanga")
    write(circle, meeting, "Tentang tidur.")

    with pytest.raises(NoteRefused):
        write(circle, meeting, "Kenanga sulit tidur.")

    assert open_field_text(MeetingNote.objects.get(), "text") == "Tentang tidur."


def test_nicknames_of_other_groups_are_just_words(circle, meeting):
    join(make_circle(), alias="Pelangi")

    write(circle, meeting, "Setelah hujan ada pelangi.")

    assert MeetingNote.objects.exists()


def test_an_empty_note_is_asked_for_a_sentence(circle, meeting):
    with pytest.raises(GroupRefused) as refused:
        write(circle, meeting, "  ", themes=[], mood="")

    assert refused.value.reason == Refusal.TEXT_EMPTY


def test_notes_have_their_time_and_their_people(circle, meeting):
    with pytest.raises(GroupRefused) as early:
        write(circle, meeting, now=meeting.period.lower - timedelta(hours=2))
    with pytest.raises(GroupRefused) as late:
        write(circle, meeting, now=meeting.period.upper + timedelta(days=15))
    for actor in (make_circle().lead, circle.head, join(circle)):
        with pytest.raises(Http404):
            write(circle, meeting, actor=actor)

    assert (early.value.reason, late.value.reason) == (
        Refusal.NOT_YET,
        Refusal.NOTED_LONG_AGO,
    )
    assert not MeetingNote.objects.exists()


def test_a_debrief_is_read_by_its_author_alone(circle, meeting):
    tell(circle, meeting, text="Berat hari ini.", feeling="HEAVY")

    now = meeting.period.upper
    own = get_run_page(actor=circle.lead, meeting_id=meeting.pk, now=now).debrief
    others = get_run_page(actor=circle.co, meeting_id=meeting.pk, now=now).debrief
    assert (own.text, own.feeling) == ("Berat hari ini.", "HEAVY")
    assert others is None
    assert b"Berat" not in bytes(Debrief.objects.get().text)
    assert not Notification.objects.filter(notice=FOR_HEAD_TALK).exists()


def test_a_wish_to_talk_is_told_to_the_head_once_and_without_words(circle, meeting):
    tell(circle, meeting, text="Berat hari ini.", wants_talk=True)
    tell(circle, meeting, text="Masih berat.", wants_talk=True)

    told = Notification.objects.get(notice=FOR_HEAD_TALK)
    assert told.subject_id == Debrief.objects.get().pk

    tell(circle, meeting, wants_talk=False)

    assert not Notification.objects.filter(notice=FOR_HEAD_TALK).exists()


def test_each_facilitator_has_a_debrief_of_her_own(circle, meeting):
    tell(circle, meeting, text="Satu.")
    tell(circle, meeting, actor=circle.co, text="Dua.", feeling="FINE")

    assert Debrief.objects.count() == 2
