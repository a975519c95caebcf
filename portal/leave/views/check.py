"""What the code on a paper tells whoever scans it: a number, and whether it is valid."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.leave.selectors.letters import check_letter
from portal.leave.views.things import PAPER
from portal.people.policies import Who, policy

_UNKNOWN: Final = 404


@policy(
    "leave.check",
    who=(Who.ANYONE,),
    thing=PAPER,
    sees={Who.ANYONE: gettext_lazy("its number and whether it is valid, with the code on it")},
    anonymous=True,
)
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a paper is valid; an unknown code gets a page of the same shape."""
    found = check_letter(token=token)
    status = 200 if found is not None else _UNKNOWN
    return render(request, "leave/check.html", {"paper": found}, status=status)
