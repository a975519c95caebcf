"""What a member settles about her own place in a circle."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from groups.choices import Refusal
from groups.forms.member import AvoidForm, NicknameForm, OfferForm, VersionForm
from groups.selectors.circles import get_circle_page
from groups.services import enrolment, offers
from groups.services.desk import GroupRefused
from groups.views.circle_page import Filled, busy, do_or_say, show_circle
from groups.views.things import ADDRESS, AVOIDED, NICKNAME
from portal.common.db import database_now
from portal.common.forms import AddressForm
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.selectors import private_addresses


@policy("groups.circle_leave", who=(Who.OWNER,))
@require_POST
def circle_leave(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Leave a circle, or its queue; nobody asks why."""
    done = _("You have left. Thank you for having been here; you can come back any time.")
    return _deed(request, enrolment.leave_circle, group_id, done=done)


@policy("groups.circle_pause", who=(Who.OWNER,))
@require_POST
def circle_pause(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take a break: nothing is sent, the circle stays open."""
    return _deed(request, enrolment.pause_circle, group_id)


@policy("groups.circle_resume", who=(Who.OWNER,))
@require_POST
def circle_resume(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Come back from a break."""
    return _deed(request, enrolment.resume_circle, group_id, done=_("Good to have you back."))


@policy("groups.circle_look", who=(Who.OWNER,))
@require_POST
def circle_look(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Look again for a place; the answer is the same whatever came of it."""
    done = _(
        "We have looked. If a place is kept for you, it stands here now; if not, everything "
        "stays as it was."
    )
    return _deed(request, enrolment.recheck, group_id, done=done)


@policy("groups.circle_agree", who=(Who.OWNER,))
@require_POST
def circle_agree(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Say yes to the agreement as it stands on the page."""
    form = VersionForm(request.POST)
    version = form.cleaned_data["agreement"] if form.is_valid() else 0
    deed = partial(enrolment.accept_agreement, version=version)
    return _deed(request, deed, group_id, done=_("Thank you. Your yes is noted."))


@policy(
    "groups.circle_rename",
    who=(Who.OWNER,),
    thing=NICKNAME,
    sees={Who.OWNER: gettext_lazy("you choose it, a different one in every circle")},
)
@require_POST
def circle_rename(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take another nickname."""
    actor, now = actor_of(request), database_now()
    form = NicknameForm(request.POST)
    if form.is_valid():
        alias = form.cleaned_data["alias"]
        try:
            enrolment.rename_in_circle(actor=actor, group_id=group_id, alias=alias, now=now)
        except GroupRefused as refused:
            if refused.reason == Refusal.BUSY:
                return busy(request, on_to=("groups:circle", group_id))
            form.add_error("alias", str(refused.reason.label))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:circle", group_id)
    page = get_circle_page(actor=actor, group_id=group_id, now=now)
    return show_circle(request, actor=actor, page=page, filled=Filled(nickname=form))


@policy(
    "groups.circle_address",
    who=(Who.OWNER,),
    thing=ADDRESS,
    sees={Who.OWNER: gettext_lazy("you choose it; the page shows it shortened")},
)
@require_POST
def circle_address(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Choose where news of this circle goes."""
    actor, now = actor_of(request), database_now()
    own = [(row.email, row.masked) for row in private_addresses(actor=actor)]
    form = AddressForm(request.POST, addresses=own)
    if not form.is_valid():
        page = get_circle_page(actor=actor, group_id=group_id, now=now)
        return show_circle(request, actor=actor, page=page, filled=Filled(address=form))
    address = form.cleaned_data["address"]
    deed = partial(enrolment.choose_circle_address, address=address)
    return _deed(request, deed, group_id, done=_("Saved."))


@policy(
    "groups.circle_block",
    who=(Who.OWNER,),
    thing=AVOIDED,
    sees={Who.OWNER: gettext_lazy("how many people you named; whom, nobody can read any more")},
)
@require_POST
def circle_block(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Ask not to meet somebody here; the answer is the same whoever it is."""
    actor, now = actor_of(request), database_now()
    form = AvoidForm(request.POST)
    if not form.is_valid():
        page = get_circle_page(actor=actor, group_id=group_id, now=now)
        return show_circle(request, actor=actor, page=page, filled=Filled(avoid=form))
    deed = partial(enrolment.block_person, who=form.cleaned_data["who"])
    done = _("Noted. If this is somebody who could join, you will not meet here.")
    return _deed(request, deed, group_id, done=done)


@policy("groups.circle_unblock", who=(Who.OWNER,))
@require_POST
def circle_unblock(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take back everything said about whom one would rather not meet here."""
    return _deed(request, enrolment.clear_blocks, group_id, done=_("Taken back."))


@policy("groups.offer_take", who=(Who.OWNER,))
@require_POST
def offer_take(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Take a place that was kept."""
    return _offer(request, offers.take_offer, place_id)


@policy("groups.offer_decline", who=(Who.OWNER,))
@require_POST
def offer_decline(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Let a kept place go; the next in the queue is asked."""
    return _offer(request, offers.decline_offer, place_id)


def _deed(
    request: HttpRequest, deed: Callable[..., object], group_id: UUID, *, done: str = ""
) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    return do_or_say(
        request,
        partial(deed, actor=actor, group_id=group_id, now=now),
        on_to=("groups:circle", group_id),
        done=done,
    )


def _offer(request: HttpRequest, deed: Callable[..., object], place_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), database_now()
    return do_or_say(
        request,
        partial(deed, actor=actor, place_id=place_id, now=now),
        on_to=OfferForm(request.POST).page(),
    )
