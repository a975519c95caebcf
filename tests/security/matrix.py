"""
The access table: who gets what from which address.

One line an address: what GET answers, then what POST answers with an empty form. ``"in"`` means
that the person is led to sign in; 404 is all that anybody learns of what is not hers; 405 means
that the page knows no such method, for whoever may stand before it. The rows named in addresses
belong to *owner* (as a client, and as a member of a circle), to *assigned* (as a counsellor),
to *leader* (who leads the circle) or to the house. An offered place belongs to *waiting*, a
worry to *duty*. Leave is *owner*'s, asked of *manager*, opened by *reviewer*, decided by
*official*.

To add an address is to add a line here and to say aloud who gets in.
"""

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
    # circles; a room online opens shortly before a meeting, and there is none yet
    "groups:attendance": (facilitators(405), those(302, *CREW)),
    "groups:change-undo": (facilitators(405), only("leader", 302)),
    "groups:circle": (of_the_agency(200), signed_in(405)),
    "groups:circle-address": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-agree": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-assign": (only("head", 405), only("head", 200)),
    "groups:circle-block": (signed_in(405), of_the_agency(200)),
    "groups:circle-capacity": (only("head", 405), only("head", 200)),
    "groups:circle-desk": (only("head", 200), only("head", 405)),
    "groups:circle-join": (signed_in(405), of_the_agency(200, owner=302, waiting=302)),
    "groups:circle-leave": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-look": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-meeting": (those(200, *MEMBERS), signed_in(405)),
    "groups:circle-numbers": (only("head", 200), only("head", 405)),
    "groups:circle-oversee": (only("head", 200), only("head", 405)),
    "groups:circle-pause": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-rename": (signed_in(405), of_the_agency(200)),
    "groups:circle-resume": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-unassign": (only("head", 405), only("head", 302)),
    "groups:circle-unblock": (signed_in(405), those(302, *KNOWN)),
    "groups:circle-worry": (
        those(200, *KNOWN),
        those(200, *KNOWN),
    ),
    "groups:circles": (signed_in(200), signed_in(405)),
    "groups:concern": (only("duty", 200), facilitators(405, duty=405)),
    "groups:concern-close": (facilitators(405, duty=405), only("duty", 302)),
    "groups:concern-invite": (only("duty", 405), only("duty", 302)),
    "groups:concern-take": (facilitators(405, duty=405), only("duty", 302)),
    "groups:debrief": (facilitators(405), those(200, *CREW)),
    "groups:desk": (facilitators(200), facilitators(405)),
    "groups:duty-confirm": (facilitators(405), those(302, *CREW)),
    "groups:duty-desk": (facilitators(200, duty=200), facilitators(405, duty=405)),
    "groups:duty-swap": (facilitators(405), those(302, *CREW)),
    "groups:duty-take": (facilitators(405), facilitators(302)),
    "groups:duty-vacate": (facilitators(405), those(302, *CREW)),
    "groups:excuse": (signed_in(405), those(302, *MEMBERS)),
    "groups:excuse-take-back": (signed_in(405), those(302, *MEMBERS)),
    "groups:facilitator-add": (only("head", 200), only("head", 200)),
    "groups:facilitator-change": (only("head", 200), only("head", 200)),
    "groups:facilitator-end": (only("head", 405), only("head", 302)),
    "groups:facilitator-list": (only("head", 200), only("head", 405)),
    "groups:gate": (only("head", 200), only("head", 405)),
    "groups:gate-cancel": (only("head", 405), only("head", 302)),
    "groups:gate-run": (only("head", 405), only("head", 302)),
    "groups:gate-stand-in": (only("head", 405), only("head", 200)),
    "groups:group": (only("leader", 200), facilitators(405)),
    "groups:group-agreement": (only("leader", 200), only("leader", 200)),
    "groups:group-announcements": (only("leader", 200), only("leader", 200)),
    "groups:group-capacity": (facilitators(405), only("leader", 200)),
    "groups:group-change": (only("leader", 200), only("leader", 200)),
    "groups:group-code": (only("leader", 200), only("leader", 200)),
    "groups:group-copy": (only("leader", 200), only("leader", 200)),
    "groups:group-end": (facilitators(405), only("leader", 302)),
    "groups:group-members": (only("leader", 200), facilitators(405)),
    "groups:group-new": (facilitators(200), facilitators(200)),
    "groups:group-open": (facilitators(405), only("leader", 302)),
    "groups:group-pause": (facilitators(405), only("leader", 302)),
    "groups:group-plan": (only("leader", 200), facilitators(405)),
    "groups:group-resources": (only("leader", 200), only("leader", 200)),
    "groups:group-resume": (facilitators(405), only("leader", 302)),
    "groups:group-run-sheet": (only("leader", 200), only("leader", 200)),
    "groups:holiday-answer": (facilitators(405), only("leader", 302)),
    "groups:meeting": (those(200, *CREW), facilitators(405)),
    "groups:meeting-calendar": (signed_in(405), those(200, *MEMBERS)),
    "groups:meeting-cancel": (facilitators(405), only("leader", 302)),
    "groups:meeting-change": (only("leader", 200), only("leader", 200)),
    "groups:meeting-end-series": (facilitators(405), only("leader", 302)),
    "groups:meeting-enter": (signed_in(405), signed_in(404)),
    "groups:meeting-following": (facilitators(405), only("leader", 200)),
    "groups:meeting-host": (facilitators(405), signed_in(404)),
    "groups:meeting-new": (only("leader", 200), only("leader", 200)),
    "groups:meeting-note": (facilitators(405), those(200, *CREW)),
    "groups:meeting-place": (facilitators(405), only("leader", 200)),
    "groups:meeting-print": (those(200, *CREW), facilitators(405)),
    "groups:meeting-reinstate": (facilitators(405), only("leader", 302)),
    "groups:meeting-worry": (
        those(200, *CREW),
        those(200, *CREW),
    ),
    "groups:member-accept": (facilitators(405), only("leader", 302)),
    "groups:member-refer": (facilitators(405), only("leader", 302)),
    "groups:member-remove": (facilitators(405), only("leader", 302)),
    "groups:offer-decline": (signed_in(405), only("waiting", 302)),
    "groups:offer-take": (signed_in(405), only("waiting", 302)),
    "groups:place-confirm": (signed_in(405), those(302, *MEMBERS)),
    "groups:place-give-up": (signed_in(405), those(302, *MEMBERS)),
    "groups:place-take": (signed_in(405), those(302, *MEMBERS)),
    "groups:resource-remove": (facilitators(405), only("leader", 302)),
    "groups:run-step": (facilitators(405), those(302, *CREW)),
    "groups:series-new": (only("leader", 200), only("leader", 200)),
    "groups:signal": (signed_in(405), only("owner", 302)),
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
    # leave; the vaults are locked, so that a reviewer is led to her passphrase
    "leave:ask": (employed(200, stranger=302), employed(200, stranger=302)),
    "leave:calendar-new": (signed_in(405), employed(302)),
    "leave:calendar-remove": (signed_in(405), signed_in(302)),
    "leave:calendars": (employed(200), signed_in(405)),
    "leave:cancel": (signed_in(405), only("owner", 302)),
    "leave:case": (desk(200), desks(405)),
    "leave:case-cancel": (desks(405), desk(302)),
    "leave:case-early-return": (desks(405), desk(302)),
    "leave:case-keep": (desks(405), desk(302)),
    "leave:case-recall": (desks(405), desk(200)),
    "leave:certificate": (only("owner", 200), only("owner", 200)),
    "leave:change": (only("owner", 200), signed_in(405)),
    "leave:check": (anyone(200), anyone(405)),
    "leave:decide": (signed_in(404, official=200, hr=302, undecreed=302), desk(302)),
    "leave:decision-sign": (desks(405), only("official", 302)),
    "leave:decision-undo": (desks(405), only("official", 302)),
    "leave:decree-withdraw": (hr_anywhere(405), hr(302)),
    "leave:decrees": (hr_anywhere(200), hr_anywhere(200)),
    "leave:delegation-end": (hr_anywhere(405), hr(302)),
    "leave:delegations": (hr_anywhere(200), hr_anywhere(200)),
    "leave:desk-attestation": (desk(200), desks(405)),
    "leave:desk-form": (desk(200), desks(405)),
    "leave:desk-letter": (desk(200), desks(405)),
    "leave:early-return": (only("owner", 200), only("owner", 200)),
    "leave:entitlement": (hr(200), hr_anywhere(405)),
    "leave:entitlement-correct": (hr_anywhere(405), hr(200)),
    "leave:evidence-page": (only("reviewer", 423), reviewers(405)),
    "leave:export-attested": (hr_anywhere(405), hr_anywhere(200)),
    "leave:export-payroll": (hr_anywhere(405), hr_anywhere(200)),
    "leave:exports": (hr_anywhere(200), hr_anywhere(405)),
    "leave:extend": (only("owner", 200), signed_in(405)),
    "leave:feed": (anyone(200), anyone(405)),
    "leave:joint-duty": (hr_anywhere(405), hr(200)),
    "leave:joint-duty-remove": (hr_anywhere(405), hr(302)),
    "leave:joint-year": (hr_anywhere(405), hr_anywhere(200)),
    "leave:leave-form": (only("owner", 200), signed_in(405)),
    "leave:leave-settings": (hr_anywhere(200), hr_anywhere(200)),
    "leave:letter": (only("owner", 200), signed_in(405)),
    "leave:numbers": (desks(200), desks(405)),
    "leave:numbers-file": (desk(200), desks(405)),
    "leave:news": (employed(200), employed(302)),
    "leave:own": (employed(200), signed_in(405)),
    "leave:own-week": (hr(200), hr(200)),
    "leave:people": (hr_anywhere(200), hr_anywhere(200)),
    "leave:plan-manager": (only("manager", 200), only("manager", 200)),
    "leave:plan-paper": (only("owner", 200), signed_in(405)),
    "leave:plan-reviewer": (reviewers(200), reviewers(200)),
    "leave:question": (those(200, "manager", "deputy"), those(200, "manager", "deputy")),
    "leave:queue": (desks(200), desks(405)),
    "leave:request": (only("owner", 200), signed_in(405)),
    "leave:request-calendar": (only("owner", 200), signed_in(405)),
    "leave:resubmit": (only("owner", 200), signed_in(405)),
    "leave:return-plan": (only("owner", 200), only("owner", 200)),
    "leave:review": (only("reviewer", 302), only("reviewer", 423)),
    "leave:review-release": (reviewers(405), only("reviewer", 302)),
    "leave:review-take": (reviewers(405), reviewers(302)),
    "leave:reviews": (reviewers(200), reviewers(405)),
    "leave:revocation-ask": (desks(405), desk(200)),
    "leave:revocation-confirm": (desks(405), desk(302)),
    "leave:revocation-drop": (desks(405), desk(302)),
    "leave:rule": (hr(200), hr(200)),
    "leave:rule-switch": (hr_anywhere(405), hr(302)),
    "leave:rules": (hr_anywhere(200), hr_anywhere(405)),
    "leave:running": (desks(200), desks(405)),
    "leave:second-look": (signed_in(405), only("owner", 302)),
    "leave:send": (signed_in(405), employed(200)),
    "leave:service-start": (hr_anywhere(405), hr(200)),
    "leave:stand-in-end": (signed_in(405), those(302, "manager", "hr")),
    "leave:stand-ins": (
        those(200, "manager", "chief", "deputy"),
        those(200, "manager", "chief"),
    ),
    "leave:team": (those(200, "manager", "chief", "deputy"), signed_in(405)),
    "leave:team-guide": (signed_in(200), signed_in(405)),
    "leave:to-annual": (signed_in(405), only("owner", 302)),
    "leave:week-end": (hr_anywhere(405), hr(302)),
    "leave:weeks": (hr_anywhere(200), hr_anywhere(200)),
    "leave:withdraw": (signed_in(405), only("owner", 302)),
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
    "people:vault-abandon": (keyed(200, 302), keyed(200, 302)),
    "people:vault-change": (keyed(200, 302), keyed(200, 302)),
    "people:vault-lock": (signed_in(405), signed_in(302)),
    "people:vault-make": (keyed(302, 200), keyed(302, 200)),
    "people:vault-recover": (keyed(200, 302), keyed(200, 302)),
    "people:vault-unlock": (keyed(200, 302), keyed(200, 302)),
    # privacy
    "privacy:audit": (only("dpo", 200), only("dpo", 405)),
    "privacy:audit-older": (only("dpo", 200), only("dpo", 405)),
    "privacy:data": (signed_in(200), signed_in(405)),
    "privacy:leave-data": (signed_in(200), signed_in(405)),
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
