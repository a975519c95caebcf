"""Who is in a group, who asks and who waits: nicknames alone; places and codes."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.choices import Way
from groups.forms.facilitator import CapacityForm, RemoveForm
from groups.selectors.members import ApplicantRow, list_members
from groups.selectors.profile import get_profile
from groups.services import applicants, leaving, places, setup
from groups.services.desk import GroupRefused
from groups.views.things import APPLICATION
from portal.common.db import database_now
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.vaults import NEXT_KEY, vault_of

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy(
    "groups.group_members",
    who=(Who.FACILITATOR,),
    thing=APPLICATION,
    sees={
        Who.FACILITATOR: _(
            "with a key of their own, until you are in; every opening is recorded"
        )
    },
)
@require_safe
def group_members(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show members, applicants and the queue by nickname, and the places of each way."""
    return _show(request, group_id)


@policy("groups.member_accept", who=(Who.FACILITATOR,))
@require_POST
def member_accept(request: HttpRequest, group_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Take an applicant in, or into the queue."""
    said = _("Taken in. Where no place is free, the queue goes on in order.")
    return _deed(
        request, group_id, applicants.accept_applicant, said, enrolment_id=enrolment_id
    )


@policy("groups.member_refer", who=(Who.FACILITATOR,))
@require_POST
def member_refer(request: HttpRequest, group_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Suggest other circles to an applicant."""
    said = _("Other circles are suggested to this person, in kind words.")
    return _deed(request, group_id, applicants.refer_applicant, said, enrolment_id=enrolment_id)


@policy("groups.member_remove", who=(Who.FACILITATOR,))
@require_POST
def member_remove(request: HttpRequest, group_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Remove somebody from the group."""
    form = RemoveForm(request.POST)
    stays_out = form.is_valid() and form.cleaned_data["may_not_return"]
    said = _("No longer in the circle. The others read that somebody left.")
    return _deed(
        request,
        group_id,
        leaving.remove_member,
        said,
        enrolment_id=enrolment_id,
        may_return=not stays_out,
    )


@policy("groups.group_capacity", who=(Who.FACILITATOR,))
@require_POST
def group_capacity(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Change how many places one way has; nobody loses one."""
    form = CapacityForm(request.POST)
    if not form.is_valid():
        return _show(request, group_id, form)
    data = form.cleaned_data
    try:
        places.set_capacity(
            actor=actor_of(request),
            group_id=group_id,
            way=Way(data["way"]),
            capacity=data["capacity"],
            now=database_now(),
        )
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, _("Saved. Nobody loses a place by it."))
    return redirect("groups:group-members", group_id)


@policy("groups.group_code", who=(Who.FACILITATOR,))
@require_http_methods(_FORMS)
def group_code(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Make a code for one person; it is shown this once, and prints well."""
    actor = actor_of(request)
    shown = get_profile(actor=actor, group_id=group_id, now=timezone.now())
    code = ""
    if request.method == "POST":
        code = setup.make_invitation(actor=actor, group_id=group_id, now=database_now())
    context = {
        "group": shown,
        "code": code,
        "days": setup.CODE_DAYS,
        "address": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "groups/group_code.html", context)


def _show(
    request: HttpRequest, group_id: UUID, form: CapacityForm | None = None
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    people = list_members(actor=actor, group_id=group_id, now=now)
    wrong = form.data.get("way") if form else None
    is_open = vault_of(request).is_open
    if not is_open and any(row.has_words for row in people.applicants):
        request.session[NEXT_KEY] = reverse("groups:group-members", args=[group_id])
    context = {
        "group": people.group,
        "people": people,
        "applicants": [
            (row, _words(request, row) if row.has_words and is_open else "")
            for row in people.applicants
        ],
        "is_locked": not is_open,
        "pools": [
            (
                row,
                form
                if form and row.way == wrong
                else CapacityForm(
                    auto_id=f"id_{row.way.lower()}_%s", initial={"capacity": row.capacity}
                ),
            )
            for row in people.pools
        ],
        "form": form,
    }
    return render(request, "groups/group_members.html", context)


def _words(request: HttpRequest, row: ApplicantRow) -> str:
    """Open what somebody wrote for the reader; the vault is unlocked."""
    return applicants.open_application(
        actor=actor_of(request),
        enrolment_id=row.enrolment_id,
        vault=vault_of(request),
        now=database_now(),
    )


def _deed(
    request: HttpRequest,
    group_id: UUID,
    deed: Callable[..., object],
    said: str | Promise,
    **words: object,
) -> HttpResponse:
    try:
        deed(actor=actor_of(request), **words, now=database_now())
    except GroupRefused as refused:
        messages.info(request, refused.reason.label)
    else:
        messages.success(request, str(said))
    return redirect("groups:group-members", group_id)
