"""Who is in a group, who asks and who waits: nicknames alone, words behind the vault."""

import pytest

from groups.choices import EnrolmentState, JoinPolicy
from groups.models import CapacityPool, Enrolment
from portal.people.models import User
from portal.vault.services import make_vault
from tests.factories import NOW, PASSPHRASE
from tests.pages.counselling.conftest import Person, sign_in, text_of, unlock
from tests.support.clock import at, follow_the_clock
from tests.support.groups import enrolment_of, join, make_circle

WORDS = "Saya ingin mendengar dulu."


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings, db):
    settings.REQUIRE_STAFF_MFA = False
    follow_the_clock(monkeypatch)
    with at(NOW):
        yield


@pytest.fixture
def circle(db):
    """A circle with two places."""
    return make_circle(name="Lingkar Kenanga", capacity=2)


@pytest.fixture
def screening(circle):
    """A circle whose lead has a vault and talks with people before they come in."""
    made = make_circle(
        agency=circle.agency,
        head=circle.head,
        name="Lingkar Embun",
        join_policy=JoinPolicy.SCREENING,
    )
    make_vault(user_id=made.lead.user_id, passphrase=PASSPHRASE, now=NOW)
    return made


def at_work(circle) -> Person:
    """Return its lead at a browser."""
    user = User.objects.get(pk=circle.lead.user_id)
    return Person(user, circle.lead, sign_in(user))


def path_of(circle) -> str:
    """Return the page with the people of a circle."""
    return f"/f/{circle.group.pk}/anggota/"


def test_members_and_the_queue_stand_there_by_nickname(circle):
    members = [join(circle, alias=alias) for alias in ("Langit", "Hujan", "Embun")]

    page = at_work(circle).browser.get(path_of(circle))
    text = text_of(page)

    assert text.index("Hujan") < text.index("Langit") < text.index("Embun")
    assert "2" in text
    for member in members:
        user = User.objects.get(pk=member.user_id)
        assert user.full_name not in text
        assert user.email not in page.content.decode()
        assert str(member.user_id) not in page.content.decode()


def test_an_applicants_words_open_with_the_vault_alone(screening, settings):
    join(screening, alias="Fajar", words=WORDS)
    lead = at_work(screening)

    locked = lead.browser.get(path_of(screening))
    assert WORDS not in text_of(locked)
    assert "/brankas/buka/" in locked.content.decode()

    unlock(lead, settings)
    assert WORDS in text_of(lead.browser.get(path_of(screening)))


def test_unlocking_leads_back_to_the_people(screening):
    join(screening, alias="Fajar", words=WORDS)
    lead = at_work(screening)
    lead.browser.get(path_of(screening))

    answer = lead.browser.post("/brankas/buka/", {"passphrase": PASSPHRASE})

    assert answer["Location"] == path_of(screening)


@pytest.mark.parametrize(
    ("deed", "state"),
    [("terima", EnrolmentState.ACTIVE), ("arahkan", EnrolmentState.REFERRED)],
)
def test_an_applicant_is_taken_in_or_shown_another_way(screening, deed, state):
    asking = join(screening, alias="Fajar", words=WORDS)
    lead = at_work(screening)
    path = f"{path_of(screening)}{enrolment_of(screening, asking).pk}/{deed}/"

    assert path in lead.browser.get(path_of(screening)).content.decode()
    assert lead.browser.get(path).status_code == 405
    lead.browser.post(path)

    assert enrolment_of(screening, asking).state == state


@pytest.mark.parametrize(
    ("sent", "state"),
    [({}, EnrolmentState.REMOVED), ({"may_not_return": "on"}, EnrolmentState.BARRED)],
)
def test_somebody_is_removed_and_the_next_in_turn_is_offered_the_place(circle, sent, state):
    langit = join(circle, alias="Langit")
    join(circle, alias="Hujan")
    embun = join(circle, alias="Embun")
    lead = at_work(circle)

    lead.browser.post(f"{path_of(circle)}{enrolment_of(circle, langit).pk}/keluarkan/", sent)

    assert enrolment_of(circle, langit).state == state
    text = text_of(lead.browser.get(path_of(circle)))
    assert "Langit" not in text
    assert "WIB" in text.split("Embun")[1]
    assert enrolment_of(circle, embun).state == EnrolmentState.WAITING


def test_places_change_and_nobody_is_sent_away(circle):
    join(circle, alias="Langit")
    join(circle, alias="Hujan")
    lead = at_work(circle)
    path = f"/f/{circle.group.pk}/kapasitas/"

    lead.browser.post(path, {"way": "ROOM", "capacity": "1"})

    assert CapacityPool.objects.get(group=circle.group, meeting=None).capacity == 1
    members = Enrolment.objects.filter(group=circle.group, state=EnrolmentState.ACTIVE)
    assert members.count() == 2


def test_a_number_that_is_none_comes_back_with_a_way_to_its_field(circle):
    answer = at_work(circle).browser.post(
        f"/f/{circle.group.pk}/kapasitas/", {"way": "ROOM", "capacity": "banyak"}
    )

    assert answer.status_code == 200
    assert 'value="banyak"' in answer.content.decode()
    assert "errsum" in answer.content.decode()


def test_another_facilitator_touches_nobody(circle, screening):
    langit = join(circle, alias="Langit")
    stranger = at_work(screening)
    own = f"{path_of(circle)}{enrolment_of(circle, langit).pk}/"
    crossed = f"{path_of(screening)}{enrolment_of(circle, langit).pk}/"

    for deed in ("terima", "arahkan", "keluarkan"):
        assert stranger.browser.post(f"{own}{deed}/").status_code == 404
        assert stranger.browser.post(f"{crossed}{deed}/").status_code == 404
    assert enrolment_of(circle, langit).state == EnrolmentState.ACTIVE


def test_an_empty_circle_is_calm(circle):
    assert 'class="empty"' in at_work(circle).browser.get(path_of(circle)).content.decode()
