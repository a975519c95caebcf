"""Indonesian until somebody chooses otherwise, whatever the browser says of itself."""

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db


def test_an_english_browser_gets_indonesian_until_it_chooses(client):
    page = client.get("/bantuan/", headers={"accept-language": "en-US"})
    assert page.headers["Content-Language"] == "id"
    assert '<html lang="id"' in page.content.decode()


def test_the_choice_is_kept_in_this_browser(client):
    client.post("/bahasa/", {"language": "en"})
    page = client.get("/bantuan/", headers={"accept-language": "id"})
    assert page.headers["Content-Language"] == "en"


def test_an_unknown_language_is_no_choice(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert client.get("/bantuan/").headers["Content-Language"] == "id"
