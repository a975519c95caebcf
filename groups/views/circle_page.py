"""The page of one circle, as whoever stands before it sees it, and kind answers to a no."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from groups.choices import Block, MeetingStatus, Refusal
from groups.forms.member import AvoidForm, JoinForm, NicknameForm
from groups.selectors.circles import CirclePage
from groups.services.desk import GroupRefused
from portal.common.forms import AddressForm
from portal.people.actors import Account

PLANNED: Final = MeetingStatus.PLANNED
CSRF_FIELD: Final = "csrfmiddlewaretoken"
Page = tuple[str, *tuple[UUID, ...]]
"""A route of this room and the ids in its path."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Forms that came back with something to put right."""

    join: JoinForm | None = None
    nickname: NicknameForm | None = None
    avoid: AvoidForm | None = None
    address: AddressForm | None = None

    @property
    def form(self) -> forms.Form | None:
        """Return the one that needs a fix: the page's title and its summary speak of it."""
        return self.join or self.nickname or self.avoid or self.address


def show_circle(
    request: HttpRequest,
    *,
    actor: Account,
    page: CirclePage,
    filled: Filled | None = None,
) -> HttpResponse:
    """Answer with the page of a circle, its forms as they are or as they were sent."""
    filled = filled or Filled()
    own = page.own
    return render(
        request,
        "groups/circle.html",
        {
            "page": page,
            "own": own,
            "next": next((row for row in page.meetings if row.status == PLANNED), None),
            "zone": actor.zone,
            "blocks": Block.labels,
            "join_form": filled.join or join_form(page),
            "nickname_form": filled.nickname
            or NicknameForm(initial={"alias": own.alias if own else ""}),
            "avoid_form": filled.avoid or AvoidForm(),
            "address_form": filled.address or address_form(page),
            "form": filled.form,
        },
    )


def join_form(page: CirclePage, data: object = None) -> JoinForm:
    """Make the form of joining, filled in where an answer is known."""
    return JoinForm(
        data,
        ways=[(row.way, row.label) for row in page.ways],
        needs_code=page.needs_code,
        needs_talk=page.needs_talk,
        initial={
            "alias": page.suggested_alias,
            "way": page.ways[0].way if page.ways else "",
            "agreement": page.agreement.version if page.agreement else 0,
        },
    )


def address_form(page: CirclePage) -> AddressForm:
    """Make the form that says where news goes, as it is chosen now."""
    return AddressForm(addresses=page.addresses, initial={"address": page.address or ""})


def do_or_say(
    request: HttpRequest, deed: Callable[[], object], *, on_to: Page, done: str = ""
) -> HttpResponse:
    """
    Do something and lead on to a page; a refusal stands there in its own words.

    Where many people pressed at once, answer with a button that sends the same once more.
    """
    try:
        deed()
    except GroupRefused as refused:
        if refused.reason == Refusal.BUSY:
            return busy(request, on_to=on_to)
        messages.info(request, str(refused.reason.label))
    else:
        if done:
            messages.success(request, done)
    return redirect(*on_to)


def busy(request: HttpRequest, *, on_to: Page) -> HttpResponse:
    """Answer that many people are here, with everything that was sent, ready to be resent."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name != CSRF_FIELD
        for value in values
    ]
    name, *ids = on_to
    back = reverse(name, args=ids)
    context = {"sent": sent, "reason": Refusal.BUSY.label, "back": back}
    return render(request, "groups/circle_busy.html", context)
