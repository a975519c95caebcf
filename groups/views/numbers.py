"""Numbers about the circles for the head of the service, a quarter at a time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups import policies, statistics
from portal.people.actors import actor_of
from portal.people.policies import Who, policy


@policy("groups.circle_numbers", who=(Who.HEAD,))
@require_safe
def circle_numbers(request: HttpRequest) -> HttpResponse:
    """Show the quarters that are frozen, and nothing of the one that runs."""
    agency_id = policies.headed_agency(actor_of(request))
    context = {
        "quarters": statistics.list_quarters(agency_id=agency_id),
        "fewest": statistics.FEWEST,
        "step": statistics.STEP,
    }
    return render(request, "groups/circle_numbers.html", context)
