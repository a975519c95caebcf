"""Choosing where news about leave goes."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.common.db import database_now
from portal.common.forms import AddressForm
from portal.leave import notices, policies
from portal.leave.services.news import choose_news_address
from portal.notifications.selectors import address_choice
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.people.selectors import private_addresses

_FORMS: Final = ["GET", "HEAD", "POST"]


@policy(
    "leave.news",
    who=(Who.EMPLOYEE,),
    thing=gettext_lazy("The private address to which news about leave goes"),
    sees={Who.OWNER: gettext_lazy("you choose it; the page shows it shortened")},
)
@require_http_methods(_FORMS)
def news(request: HttpRequest) -> HttpResponse:
    """Choose the portal alone, or a private address of one's own."""
    actor = actor_of(request)
    policies.employee_id_of(actor)
    own = [(row.email, row.masked) for row in private_addresses(actor=actor)]
    chosen = address_choice(namespace=notices.OWN, user_id=actor.user_id) or ""
    sent = request.POST if request.method == "POST" else None
    form = AddressForm(sent, addresses=own, initial={"address": chosen})
    if sent is not None and form.is_valid():
        address = form.cleaned_data["address"]
        choose_news_address(actor=actor, address=address, now=database_now())
        messages.success(request, _("Saved."))
        return redirect("leave:news")
    return render(request, "leave/news.html", {"form": form, "has_address": bool(own)})
