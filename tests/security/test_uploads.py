"""What somebody hands in lies in memory only, and too much of it is refused unread."""

import tempfile

import pytest
from django.conf import settings as house
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.middleware import LET_THROUGH
from tests.factories import make_employee

pytestmark = pytest.mark.django_db
FAR_TOO_MUCH = LET_THROUGH * house.UPLOAD_MAX_BYTES + 1


def announce(client, path, length):
    """Send a small body that claims to be long; reading on would fail the test's client."""
    return client.generic(
        "POST", path, b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(length)
    )


@pytest.mark.parametrize(
    "route",
    ["account_login", "notifications:inbox-read", "people:roster-import", "people:activation"],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_too_much_is_refused_before_it_is_read(client, route, language):
    client.cookies[house.LANGUAGE_COOKIE_NAME] = language
    answer = announce(client, reverse(route), FAR_TOO_MUCH)
    assert answer.status_code == 413
    assert f"{house.UPLOAD_MAX_BYTES // 1024 // 1024} MB" in answer.content.decode()
    assert f'lang="{language}"' in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_browser_may_finish_sending_and_then_reads_the_sentence(client):
    body = bytes(house.UPLOAD_MAX_BYTES + 1)
    answer = client.generic("POST", "/masuk/", body, "multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert answer.wsgi_request.read() == b""
    assert not answer.wsgi_request.FILES


def test_what_fits_exactly_is_let_in(client):
    fits = {"login": "rina", "password": "x", "pad": "a" * (house.UPLOAD_MAX_BYTES - 1000)}
    assert client.post("/masuk/", fits).status_code == 200


def test_digits_of_another_script_are_digits(client):
    assert announce(client, "/masuk/", "٩" * 12).status_code == 413


def test_a_signed_in_person_finds_her_way_on():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_employee("rina").user)
    answer = announce(client, reverse("home:settings"), FAR_TOO_MUCH)
    assert answer.status_code == 413
    assert f'href="{reverse("home:home")}"' in answer.content.decode()


@pytest.mark.parametrize("length", ["", "x", "-5"])
def test_an_odd_length_is_no_fault_of_ours(client, length):
    assert announce(client, "/masuk/", length).status_code < 500


def test_a_file_at_the_limit_never_touches_a_disk(monkeypatch):
    def no_disk(*_args, **_options):
        raise AssertionError("written to a disk")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, no_disk)
    whole = bytes(house.CERTIFICATE_MAX_BYTES)
    files = [SimpleUploadedFile(f"{n}.pdf", whole) for n in range(house.CERTIFICATE_MAX_FILES)]
    request = RequestFactory().post("/", {"pages": files, "words": "a" * 1000})
    assert int(request.META["CONTENT_LENGTH"]) <= house.UPLOAD_MAX_BYTES
    kept = request.FILES.getlist("pages")
    assert [type(one) for one in kept] == [InMemoryUploadedFile] * len(files)
    assert all(one.read() == whole for one in kept)


def test_nothing_but_the_memory_handler_is_set_up():
    assert house.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]
    assert house.FILE_UPLOAD_MAX_MEMORY_SIZE == house.UPLOAD_MAX_BYTES
    names = house.MIDDLEWARE
    size = names.index("portal.middleware.SizeMiddleware")
    assert size < names.index("django.middleware.csrf.CsrfViewMiddleware")
