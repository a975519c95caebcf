"""
The access table: who gets what from which address.

One line an address: what GET answers, then what POST answers with an empty form. ``"in"`` means
that the person is led to sign in; 404 is all that anybody learns of what is not hers; 405 means
that the page knows no such method, for whoever may stand before it. The rows named in addresses
belong to *owner* (as a client), to *assigned* (as a counsellor) or to the house.

To add an address is to add a line here and to say aloud who gets in.
"""

from tests.support.world import PERSONS

Status = int | str
Cells = dict[str, Status]
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


def counsellors(status: Status) -> Cells:
    """Answer those who counsel today; to all others the page does not exist."""
    return signed_in(404, assigned=status, counsellor=status)


MATRIX: dict[str, tuple[Cells, Cells]] = {
    # counselling
    "counselling:agenda": (counsellors(200), counsellors(405)),
    "counselling:agenda-appointment": (only("assigned", 200), counsellors(405)),
    "counselling:agenda-day": (counsellors(200), counsellors(405)),
    "counselling:appointment": (only("owner", 200), signed_in(405)),
    "counselling:appointment-address": (signed_in(405), only("owner", 302)),
    "counselling:appointment-book": (signed_in(405), only("owner", 200)),
    "counselling:appointment-calendar": (signed_in(405), only("owner", 200)),
    "counselling:appointment-cancel": (signed_in(405), only("owner", 302)),
    "counselling:appointment-move": (only("owner", 200), only("owner", 200)),
    "counselling:appointment-release": (signed_in(405), only("owner", 302)),
    "counselling:attendance-fulfil": (counsellors(405), only("assigned", 302)),
    "counselling:attendance-no-show": (counsellors(405), only("assigned", 302)),
    "counselling:attendance-take-back": (counsellors(405), only("assigned", 302)),
    "counselling:call-in-ill": (counsellors(405), counsellors(302)),
    "counselling:cancel-seen": (signed_in(405), signed_in(302)),
    "counselling:counsellor-add": (only("head", 200), only("head", 200)),
    "counselling:counsellor-change": (only("head", 200), only("head", 200)),
    "counselling:counsellor-list": (only("head", 200), only("head", 405)),
    "counselling:offer-home": (only("head", 200), only("head", 405)),
    "counselling:schedule": (counsellors(200), counsellors(405)),
    "counselling:schedule-add": (counsellors(405), counsellors(200)),
    "counselling:schedule-close": (counsellors(405), counsellors(200)),
    "counselling:schedule-exception-remove": (counsellors(405), counsellors(302)),
    "counselling:schedule-open": (counsellors(405), counsellors(200)),
    "counselling:schedule-remove": (counsellors(405), counsellors(302)),
    "counselling:schedule-undo": (counsellors(405), counsellors(302)),
    "counselling:service-add": (only("head", 200), only("head", 200)),
    "counselling:service-change": (only("head", 200), only("head", 200)),
    "counselling:service-list": (only("head", 200), only("head", 405)),
    "counselling:service-restore": (only("head", 405), only("head", 302)),
    "counselling:service-retire": (only("head", 405), only("head", 302)),
    "counselling:times": (signed_in(200), signed_in(200)),
    "counselling:times-filter": (signed_in(405), signed_in(302)),
    "counselling:times-later": (signed_in(200), signed_in(405)),
    "counselling:week": (counsellors(200), counsellors(405)),
    "counselling:week-of": (counsellors(200), counsellors(405)),
    # home
    "home:calendar": (anyone(200), anyone(405)),
    "home:calendar-year": (anyone(200), anyone(405)),
    "home:help": (anyone(200), anyone(405)),
    "home:home": (signed_in(200), signed_in(405)),
    "home:known": (signed_in(405), signed_in(303)),
    "home:mine": (signed_in(200), signed_in(405)),
    "home:rest": (signed_in(200), signed_in(405)),
    "home:settings": (signed_in(200), signed_in(200)),
    "home:mail": (signed_in(405), signed_in(303)),
    "home:stay": (signed_in(405), signed_in(303)),
    "home:word": (signed_in(200), signed_in(303)),
    # notifications
    "notifications:inbox": (signed_in(200), signed_in(405)),
    "notifications:inbox-read": (signed_in(405), signed_in(302)),
    "notifications:item-read": (signed_in(405), only("owner", 302)),
    "notifications:outbox-health": (anyone(200), anyone(405)),
    # people
    "people:account-close": (only("admin", 200), only("admin", 200)),
    "people:account-list": (only("admin", 200), only("admin", 200)),
    "people:account-open": (only("admin", 405), only("admin", 302)),
    "people:activation": (anyone(200), anyone(200)),
    "people:admin-home": (only("admin", 200), only("admin", 405)),
    "people:exit": (anyone(405), anyone(303)),
    "people:holiday-add": (only("admin", 405), only("admin", 200)),
    "people:holiday-list": (only("admin", 200), only("admin", 405)),
    "people:holiday-status": (only("admin", 405), only("admin", 302)),
    "people:holiday-undo": (only("admin", 405), only("admin", 302)),
    "people:language": (anyone(405), anyone(302)),
    "people:role-end": (only("admin", 405), only("admin", 302)),
    "people:role-grant": (only("admin", 405), only("admin", 200)),
    "people:role-list": (only("admin", 200), only("admin", 200)),
    "people:role-reopen": (only("admin", 405), only("admin", 302)),
    "people:roster-apply": (only("admin", 405), only("admin", 302)),
    "people:roster-import": (only("admin", 200), only("admin", 200)),
    "people:slip-list": (only("admin", 200), only("admin", 200)),
    "people:slip-print": (only("admin", 405), only("admin", 302)),
    "people:vault": (signed_in(200), signed_in(405)),
    "people:vault-abandon": (
        signed_in(302, assigned=200, counsellor=200),
        signed_in(302, assigned=200, counsellor=200),
    ),
    "people:vault-change": (
        signed_in(302, assigned=200, counsellor=200),
        signed_in(302, assigned=200, counsellor=200),
    ),
    "people:vault-lock": (signed_in(405), signed_in(302)),
    "people:vault-make": (
        signed_in(200, assigned=302, counsellor=302),
        signed_in(200, assigned=302, counsellor=302),
    ),
    "people:vault-recover": (
        signed_in(302, assigned=200, counsellor=200),
        signed_in(302, assigned=200, counsellor=200),
    ),
    "people:vault-unlock": (
        signed_in(302, assigned=200, counsellor=200),
        signed_in(302, assigned=200, counsellor=200),
    ),
    # privacy
    "privacy:audit": (only("dpo", 200), only("dpo", 405)),
    "privacy:audit-older": (only("dpo", 200), only("dpo", 405)),
    "privacy:data": (signed_in(200), signed_in(405)),
    "privacy:safe": (anyone(200), anyone(405)),
    "privacy:who": (anyone(200), anyone(405)),
    # wellbeing
    "wellbeing:contact-add": (only("head", 200), only("head", 200)),
    "wellbeing:contact-change": (only("head", 200), only("head", 200)),
    "wellbeing:contact-confirm": (only("head", 405), only("head", 302)),
    "wellbeing:contact-list": (only("head", 200), only("head", 405)),
    "wellbeing:contact-restore": (only("head", 405), only("head", 302)),
    "wellbeing:contact-retire": (only("head", 405), only("head", 302)),
    # django-allauth, reviewed in portal.people.urls
    "account_change_password": (signed_in(200), signed_in(200)),
    "account_complete_password_reset": (anyone(302), anyone(302)),
    "account_confirm_login_code": (anyone(302), anyone(302)),
    "account_confirm_password_reset_code": (anyone(302), anyone(302)),
    "account_email": (signed_in(200), signed_in(302)),
    "account_email_verification_sent": (anyone(302), anyone(302)),
    "account_inactive": (anyone(200), anyone(405)),
    "account_login": (signed_in(302, out=200), signed_in(302, out=200)),
    "account_logout": (signed_in(200, out=302), anyone(302)),
    "account_password_reset_completed": (anyone(200), anyone(405)),
    "account_reauthenticate": (signed_in(200), signed_in(200)),
    "account_request_login_code": (signed_in(302, out=200), signed_in(302, out=200)),
    "account_reset_password": (anyone(200), anyone(200)),
    "account_set_password": (signed_in(302), signed_in(302)),
    "account_signup": (anyone(404), anyone(404)),
    # house
    "health": (anyone(200), anyone(405)),
    # django-allauth, reviewed in portal.people.urls
    "mfa_activate_totp": (signed_in(302), signed_in(302)),
    "mfa_add_webauthn": (signed_in(302), signed_in(302)),
    "mfa_authenticate": (anyone(302), anyone(302)),
    "mfa_deactivate_totp": (signed_in(404), signed_in(404)),
    "mfa_edit_webauthn": (signed_in(302), signed_in(302)),
    "mfa_generate_recovery_codes": (signed_in(302), signed_in(302)),
    "mfa_index": (signed_in(200), signed_in(405)),
    "mfa_list_webauthn": (signed_in(200), signed_in(405)),
    "mfa_login_webauthn": (anyone(302), anyone(302)),
    "mfa_reauthenticate": (signed_in(302), signed_in(302)),
    "mfa_reauthenticate_webauthn": (signed_in(302), signed_in(302)),
    "mfa_remove_webauthn": (signed_in(302), signed_in(302)),
    "mfa_view_recovery_codes": (signed_in(404), signed_in(405)),
    "openid_connect_callback": (anyone(404), anyone(404)),
    "openid_connect_login": (anyone(404), anyone(404)),
    "socialaccount_login_cancelled": (anyone(200), anyone(405)),
    "socialaccount_login_error": (anyone(401), anyone(405)),
    "socialaccount_signup": (anyone(302), anyone(302)),
}
