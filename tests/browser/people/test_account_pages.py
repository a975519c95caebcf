"""Signing in, second factors and the vault in a real browser: strict policy, 320 px, axe."""

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.people import services
from portal.people.choices import Role
from tests.factories import PASSPHRASE, PASSWORD, grant, make_agency, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser, live_server) -> Iterator[Page]:
    """A small window that notes every complaint of the browser."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 320, "height": 640}, locale="id-ID",
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [one for one in complaints if "status of 4" not in one]


@pytest.fixture
def counsellor():
    user = make_user("sari")
    grant(user, make_agency(), Role.COUNSELLOR)
    return user


def look(page: Page) -> None:
    """Check a page with axe and for its width."""
    assert page.evaluate(TOO_WIDE) <= 0, page.url
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def sign_in(page: Page, user, path: str = "/masuk/") -> None:
    page.goto(path)
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").click()


def prove(page: Page) -> None:
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").click()


def test_pages_before_signing_in(page):
    for path in (
        "/masuk/", "/akun/password/reset/", "/akun/login/code/", "/akun/aktivasi/",
        "/akun/inactive/", "/akun/password/reset/done/",
    ):  # fmt: skip
        page.goto(path)
        look(page)
    page.goto("/masuk/")
    page.locator("form:has(input[name=password]) button").click()
    expect(page.locator(".errsum")).to_be_visible()
    look(page)


def test_a_slip_opens_an_account(page):
    user = make_user()
    from django.utils import timezone

    code = services.make_slip(actor=None, user_id=user.pk, now=timezone.now())
    page.goto("/akun/aktivasi/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=code]").fill(code)
    for name in ("password", "again"):
        page.locator(f"input[name={name}]").fill(PASSWORD)
    page.locator("form:has(input[name=again]) button").click()
    expect(page).to_have_url(re.compile("/masuk/$"))
    look(page)


def test_an_app_is_set_up_and_signs_in(page, counsellor):
    sign_in(page, counsellor, "/masuk/?next=/brankas/")
    expect(page).to_have_url(re.compile(r"/akun/2fa/(\?|$)"))
    look(page)
    page.goto("/akun/2fa/totp/activate/")
    look(page)
    prove(page)
    expect(page.locator(".qr svg")).to_be_visible()
    box = page.locator(".qr svg").bounding_box()
    assert box is not None
    assert box["width"] > 100
    look(page)
    secret = page.locator("p.code").inner_text().strip()
    page.locator("input[name=code]").fill(
        format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    page.locator("form:has(input[name=code]) button").click()
    expect(page.locator("ul.code li")).to_have_count(10)
    look(page)
    for path in ("/akun/2fa/", "/akun/2fa/recovery-codes/generate/",
                 "/akun/2fa/totp/deactivate/", "/akun/email/",
                 "/akun/password/change/", "/akun/logout/"):  # fmt: skip
        page.goto(path)
        look(page)
    page.locator("main form button").click()
    sign_in(page, counsellor)
    expect(page).to_have_url(re.compile("/authenticate/$"))
    look(page)


def test_a_passkey_is_made_used_and_removed(page, counsellor):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})
    sign_in(page, counsellor)
    page.goto("/akun/2fa/webauthn/add/")
    prove(page)
    look(page)
    page.locator("input[name=passwordless]").check()
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(re.compile("/recovery-codes/$"))
    page.goto("/akun/logout/")
    page.locator("main form button").click()

    sign_in(page, counsellor)
    expect(page).to_have_url(re.compile("/authenticate/$"))
    page.locator("form[data-passkey] button").click()
    expect(page).not_to_have_url(re.compile("/authenticate/$"))
    page.goto("/brankas/")
    expect(page.locator("h1")).to_be_visible()
    assert "/brankas/" in page.url
    page.goto("/akun/logout/")
    page.locator("main form button").click()

    page.goto("/masuk/")
    page.locator("form[data-passkey] button").click()
    expect(page).not_to_have_url(re.compile("/masuk/"))
    page.goto("/brankas/")
    assert page.url.endswith("/brankas/")

    page.goto("/akun/2fa/webauthn/")
    look(page)
    page.locator("a[href*='/edit/']").click()
    if "reauthenticate" in page.url:
        prove(page)
    look(page)
    page.goto("/akun/2fa/webauthn/")
    page.locator("a[href*='/remove/']").click()
    look(page)
    page.locator("main form button").click()
    page.goto("/akun/2fa/webauthn/")
    expect(page.locator("a[href*='/remove/']")).to_have_count(0)


def test_the_vault_is_made_locked_and_opened(page, counsellor, settings):
    settings.REQUIRE_STAFF_MFA = False
    sign_in(page, counsellor, "/masuk/?next=/brankas/")
    look(page)
    page.locator("main a.btn").click()
    look(page)
    for name in ("passphrase", "again"):
        page.locator(f"input[name={name}]").fill(PASSPHRASE)
    page.locator("main form button").click()
    code = page.locator("p.code").inner_text()
    look(page)
    page.locator("input[name=code]").fill(code)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/brankas/$"))
    look(page)
    page.locator("main form button").click()
    look(page)
    page.goto("/brankas/buka/")
    page.locator("input[name=passphrase]").fill("bukan yang ini")
    page.locator("main form button").click()
    expect(page.locator(".errsum")).to_be_visible()
    look(page)
    page.locator("input[name=passphrase]").fill(PASSPHRASE)
    page.locator("main form button").click()
    expect(page.locator("form[action='/brankas/kunci/']")).to_be_visible()
    for path in ("/brankas/ubah/", "/brankas/pulih/", "/brankas/buka/"):
        page.goto(path)
        look(page)
