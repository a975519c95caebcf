"""The vault's pages: make, unlock, lock, another passphrase, recovery."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from portal import urls as house
from portal.audit.models import StaffEvent
from portal.people.choices import Role
from portal.people.policies import Who, policy
from portal.vault import services as vault
from portal.vault.models import PersonKey
from tests.factories import PASSPHRASE, grant, make_agency, make_user

pytestmark = pytest.mark.django_db
NEW = "empat kata yang baru sekali"


@policy("tests.people.sealed", who=(Who.EMPLOYEE,))
def sealed_page(request):
    """Need the vault, as a counsellor's page does."""
    request.vault.open(b"", "tests")
    return HttpResponse("never")


@policy("tests.people.echo", who=(Who.EMPLOYEE,))
def echo_page(request):
    """Need the vault for a form."""
    if request.method == "POST" and not request.vault.is_open:
        request.vault.open(b"", "tests")
    return HttpResponse(request.POST.get("words", "nothing"))


urlpatterns = [
    *house.urlpatterns,
    path("uji/tersegel/", sealed_page),
    path("uji/formulir/", echo_page),
]
handler404 = house.handler404


@pytest.fixture
def person():
    return make_user("sari")


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def make(client: Client) -> str:
    page = client.post("/brankas/buat/", {"passphrase": PASSPHRASE, "again": PASSPHRASE})
    return re.search(r'<p class="code big">([^<]+)</p>', page.content.decode())[1]


def made(client: Client) -> str:
    code = make(client)
    client.post("/brankas/buat/", {"code": code})
    return code


def test_a_vault_counts_only_once_its_code_was_typed_back(client, person):
    code = make(client)
    assert not vault.has_vault(user_id=person.pk)
    assert "errsum" in client.post("/brankas/buat/", {"code": "bukan kode"}).content.decode()
    assert not vault.has_vault(user_id=person.pk)
    answer = client.post("/brankas/buat/", {"code": code.lower()})
    assert answer.headers["Location"] == "/brankas/"
    assert vault.has_vault(user_id=person.pk)
    assert vault.fingerprint(user_id=person.pk) in client.get("/brankas/").content.decode()


def test_whoever_left_between_begins_anew(client, person):
    old = make(client)
    code = make(client)
    assert code != old
    client.post("/brankas/buat/", {"code": old})
    assert not vault.has_vault(user_id=person.pk)
    client.post("/brankas/buat/", {"code": code})
    assert vault.has_vault(user_id=person.pk)


@pytest.mark.parametrize(
    ("first", "again"), [("pendek", "pendek"), (PASSPHRASE, "yang lain sama sekali"), ("", "")]
)
def test_a_short_or_mistyped_passphrase_is_asked_again(client, person, first, again):
    page = client.post("/brankas/buat/", {"passphrase": first, "again": again})
    assert "errsum" in page.content.decode()
    assert not vault.is_waiting(user_id=person.pk)


def test_the_passphrase_opens_and_the_button_locks(client, person):
    made(client)
    client.post("/brankas/kunci/")
    assert settings.VAULT_COOKIE_NAME not in {k for k, v in client.cookies.items() if v.value}
    wrong = client.post("/brankas/buka/", {"passphrase": "bukan yang ini sama sekali"})
    assert "errsum" in wrong.content.decode()
    answer = client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    assert answer.headers["Location"] == "/brankas/"
    assert "/brankas/kunci/" in client.get("/brankas/").content.decode()
    cookie = client.cookies[settings.VAULT_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_an_open_vault_is_closed_in_another_browser(client, person):
    made(client)
    other = Client()
    other.force_login(person)
    other.cookies[settings.VAULT_COOKIE_NAME] = client.cookies[settings.VAULT_COOKIE_NAME].value
    assert "/brankas/buka/" in other.get("/brankas/").content.decode()


def test_tries_are_limited(client, person):
    made(client)
    for _ in range(10):
        client.post("/brankas/buka/", {"passphrase": "bukan yang ini sama sekali"})
    assert client.post("/brankas/buka/", {"passphrase": PASSPHRASE}).status_code == 429


def test_another_passphrase_ends_the_first_and_brings_a_new_code(client, person):
    old = made(client)
    page = client.post(
        "/brankas/ubah/", {"current": PASSPHRASE, "passphrase": NEW, "again": NEW}
    ).content.decode()
    code = re.search(r'<p class="code big">([^<]+)</p>', page)[1]
    assert code != old
    client.post("/brankas/kunci/")
    assert (
        "errsum" in client.post("/brankas/buka/", {"passphrase": PASSPHRASE}).content.decode()
    )
    assert client.post("/brankas/buka/", {"passphrase": NEW}).status_code == 302
    assert client.post("/brankas/buat/", {"code": code}).status_code == 302


def test_the_paper_opens_what_the_passphrase_no_longer_does(client, person):
    code = made(client)
    client.post("/brankas/kunci/")
    wrong = client.post("/brankas/pulih/", {"code": "salah", "passphrase": NEW, "again": NEW})
    assert "errsum" in wrong.content.decode()
    page = client.post("/brankas/pulih/", {"code": code, "passphrase": NEW, "again": NEW})
    assert 'class="code big"' in page.content.decode()
    client.post("/brankas/kunci/")
    assert client.post("/brankas/buka/", {"passphrase": NEW}).status_code == 302


def test_the_unlocking_of_staff_is_recorded_and_of_employees_is_not(client, person, settings):
    settings.REQUIRE_STAFF_MFA = False
    made(client)
    client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    assert not StaffEvent.objects.filter(action__startswith="vault").exists()
    grant(person, make_agency(), Role.COUNSELLOR)
    client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    event = StaffEvent.objects.get(action="vault.open")
    assert (event.role, event.handle) == ("COUNSELLOR", str(person.pk))


@pytest.mark.urls(__name__)
def test_a_page_that_needs_the_vault_asks_and_leads_back(client, person):
    made(client)
    client.post("/brankas/kunci/")
    answer = client.get("/uji/tersegel/?halaman=2")
    assert answer.headers["Location"] == "/brankas/buka/"
    answer = client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    assert answer.headers["Location"] == "/uji/tersegel/?halaman=2"


@pytest.mark.urls(__name__)
def test_a_form_that_found_the_vault_locked_is_not_lost(client, person):
    made(client)
    client.post("/brankas/kunci/")
    page = client.post("/uji/formulir/", {"words": 'lelah "sekali" & pelan'})
    text = page.content.decode()
    assert page.status_code == 423
    assert 'name="kept-words" value="lelah &quot;sekali&quot; &amp; pelan"' in text
    sent = {"target": "/uji/formulir/", "kept-words": "lelah"}
    wrong = client.post("/brankas/buka/", {**sent, "passphrase": "bukan yang ini sama sekali"})
    assert 'name="kept-words" value="lelah"' in wrong.content.decode()
    page = client.post("/brankas/buka/", {**sent, "passphrase": PASSPHRASE}).content.decode()
    assert 'action="/uji/formulir/"' in page
    assert 'name="words" value="lelah"' in page
    assert client.post("/uji/formulir/", {"words": "lelah"}).content == b"lelah"


def test_no_form_leads_to_another_site(client, person):
    made(client)
    sent = {"target": "https://elsewhere.test/", "kept-words": "x", "passphrase": PASSPHRASE}
    assert client.post("/brankas/buka/", sent).status_code == 302


def test_signing_out_and_the_quick_exit_lock(client, person):
    for way in ("/akun/logout/", "/tutup/"):
        client.force_login(person)
        if not vault.has_vault(user_id=person.pk):
            made(client)
        client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
        stolen = client.cookies[settings.VAULT_COOKIE_NAME].value
        assert stolen
        client.post(way)
        assert not client.cookies[settings.VAULT_COOKIE_NAME].value


TYPED = "“Let  it GO”"


@pytest.fixture
def unlocked(client, person):
    made(client)
    client.post("/brankas/buka/", {"passphrase": PASSPHRASE})
    return client


@pytest.mark.parametrize("typed", ["", "ya", "x" * 61, "let it", "<b>let it go</b>"])
def test_a_vault_is_not_given_up_by_accident(unlocked, person, typed):
    page = unlocked.get("/brankas/ulang/")
    assert page.status_code == 200
    assert "errsum" not in page.content.decode()
    page = unlocked.post("/brankas/ulang/", {"words": typed})
    assert page.status_code == 200
    assert 'href="#id_words"' in page.content.decode()
    assert vault.has_vault(user_id=person.pk)


def test_a_vault_that_nobody_can_open_is_given_up_and_made_anew(unlocked, person):
    assert "/brankas/ulang/" in unlocked.get("/brankas/pulih/").content.decode()
    unlocked.post("/bahasa/", {"language": "en"})
    answer = unlocked.post("/brankas/ulang/", {"words": TYPED}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/brankas/"
    assert not vault.has_vault(user_id=person.pk)
    assert not unlocked.cookies[settings.VAULT_COOKIE_NAME].value
    assert 'href="/brankas/buat/"' in page
    # Twice, or from another tab, it leads to the beginning.
    again = unlocked.post("/brankas/ulang/", {"words": TYPED})
    assert again.headers["Location"] == "/brankas/buat/"
    old = vault.has_vault(user_id=person.pk)
    made(unlocked)
    assert not old
    assert vault.has_vault(user_id=person.pk)


def test_only_staff_are_recorded_giving_a_vault_up(unlocked, person, settings):
    settings.REQUIRE_STAFF_MFA = False
    grant(person, make_agency(), Role.COUNSELLOR)
    unlocked.post("/bahasa/", {"language": "en"})
    warned = unlocked.get("/brankas/ulang/").content.decode()
    assert warned.count("<li>") >= 5
    unlocked.post("/brankas/ulang/", {"words": "let it go"})
    event = StaffEvent.objects.get(action="vault.abandon")
    assert (event.role, event.handle) == ("COUNSELLOR", str(person.pk))


def test_an_employee_leaves_no_line_when_she_gives_her_vault_up(unlocked, person):
    unlocked.post("/bahasa/", {"language": "en"})
    unlocked.post("/brankas/ulang/", {"words": "let it go"})
    assert not vault.has_vault(user_id=person.pk)
    assert not StaffEvent.objects.filter(action="vault.abandon").exists()


def tampered(person, column: str) -> None:
    row, other = PersonKey.objects.get(user=person), make_user("lain")
    vault.make_dummy_keys(user_ids=[other.pk])
    setattr(row, column, getattr(PersonKey.objects.get(user=other), column))
    row.save(update_fields=[column])


@pytest.mark.parametrize("column", ["public_key", "public_mac", "realness"])
def test_a_key_that_does_not_match_its_proof_is_said_and_never_written_over(
    unlocked, person, column
):
    tampered(person, column)
    before = PersonKey.objects.filter(user=person).values().get()
    page = unlocked.get("/brankas/").content.decode()
    assert 'class="card urgent" role="alert"' in page
    assert "/brankas/buat/" not in page
    assert "/brankas/buka/" not in page
    for way in ("buat", "buka", "ubah", "pulih"):
        assert unlocked.get(f"/brankas/{way}/").headers["Location"] == "/brankas/"
    sent = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert unlocked.post("/brankas/buat/", sent).headers["Location"] == "/brankas/"
    assert PersonKey.objects.filter(user=person).values().get() == before
    # The way on, once somebody has looked into it.
    unlocked.post("/bahasa/", {"language": "en"})
    unlocked.post("/brankas/ulang/", {"words": "let it go"})
    assert "/brankas/buat/" in unlocked.get("/brankas/").content.decode()


def test_nobody_is_told_of_a_changed_key_who_has_none(client, person):
    page = client.get("/brankas/").content.decode()
    assert "card urgent" not in page
    assert client.get("/brankas/ulang/").headers["Location"] == "/brankas/buat/"


@pytest.mark.parametrize("page", ["buka", "ubah", "pulih"])
def test_without_a_vault_every_page_leads_to_making_one(client, page):
    assert client.get(f"/brankas/{page}/").headers["Location"] == "/brankas/buat/"
