"""Numbers of the quarters for HR and the officials: frozen tables and no filter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.common.files import FileKind, file_answer
from portal.leave.rules.quarters import FEWEST, HEADCOUNT, STEP
from portal.leave.selectors.quarters import get_quarter, list_quarters, quarter_csv
from portal.leave.services.quarters import SETTLED_AFTER
from portal.leave.views.desk import AT_THE_DESK, about
from portal.leave.views.things import NUMBERS
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_SEES = gettext_lazy("rounded to five, from ten people on, by quarter and unit at the top")


@policy(
    "leave.numbers",
    who=AT_THE_DESK,
    thing=NUMBERS,
    sees={Who.HR: _SEES, Who.OFFICIAL: _SEES},
)
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """Show the quarters that are frozen, and nothing of the one that runs."""
    actor = actor_of(request)
    context = {
        "quarters": list_quarters(actor=actor),
        "fewest": FEWEST,
        "headcount": HEADCOUNT,
        "step": STEP,
        "settled_after": SETTLED_AFTER.days,
        **about(actor, "numbers"),
    }
    return render(request, "leave/numbers.html", context)


@policy("leave.numbers_file", who=AT_THE_DESK)
@require_safe
def numbers_file(request: HttpRequest, year: int, quarter: int) -> HttpResponse:
    """Hand out one frozen quarter as a file: the table of the page."""
    found = get_quarter(actor=actor_of(request), year=year, number=quarter)
    return file_answer(quarter_csv(found), FileKind.CSV)
