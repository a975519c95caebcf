"""What leave takes off the performance allowance, as HR keeps it."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.db import database_now
from portal.common.wording import plain_date
from portal.leave.choices import Family, Refusal
from portal.leave.forms.bands import BandsForm
from portal.leave.selectors.kept_bands import get_family_bands, list_family_bands
from portal.leave.services.desk import LeaveRefused
from portal.leave.services.rulebook import set_bands
from portal.leave.views.desk import about
from portal.people.actors import actor_of
from portal.people.policies import Who, policy

_FORMS: Final = ["GET", "HEAD", "POST"]
_FAMILIES: Final = {
    "tahunan": Family.ANNUAL,
    "besar": Family.LONG,
    "sakit": Family.SICK,
    "melahirkan": Family.MATERNITY,
    "alasan": Family.IMPORTANT,
    "luar": Family.UNPAID,
    "lain": Family.OWN,
}
"""How a family of leave is called in a path."""
_SLUGS: Final = {family: slug for slug, family in _FAMILIES.items()}


@policy("leave.bands", who=(Who.HR,))
@require_safe
def bands(request: HttpRequest) -> HttpResponse:
    """Show what each family of leave takes off: now, later, and before."""
    actor = actor_of(request)
    rows = list_family_bands(actor=actor, now=database_now())
    context = {
        "families": [(_SLUGS[row.family], row) for row in rows],
        **about(actor, "rules"),
    }
    return render(request, "leave/desk_bands.html", context)


@policy("leave.family_bands", who=(Who.HR,))
@require_http_methods(_FORMS)
def family_bands(request: HttpRequest, family: str) -> HttpResponse:
    """Set what one family of leave takes off from a day on."""
    actor, now = actor_of(request), database_now()
    if family not in _FAMILIES:
        raise Http404
    page, rates = get_family_bands(actor=actor, family=_FAMILIES[family], now=now)
    form = BandsForm(request.POST or None, page=page, rates=rates)
    if request.method == "POST" and form.is_valid():
        start = form.cleaned_data["valid_from"]
        try:
            set_bands(
                actor=actor,
                family=page.family,
                bands=form.bands(),
                valid_from=start,
                legal_basis=form.cleaned_data["legal_basis"],
                now=now,
            )
        except LeaveRefused as refused:
            at = "valid_from" if refused.reason == Refusal.DATES_TAKEN else None
            form.add_error(at, str(refused.reason.label))
        else:
            said = _("The bands are set from %(day)s on.") % {"day": plain_date(start)}
            messages.success(request, said)
            return redirect("leave:bands")
    context = {"page": page, "form": form, **about(actor, "rules")}
    return render(request, "leave/desk_family_bands.html", context)
