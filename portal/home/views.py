"""The first page and its neighbours: help, the answer to a tap, calendar, lists, settings."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counselling import selectors as counselling
from counselling.services import choose_address
from groups.selectors import first_pages as circles
from portal.context import DISCREET_COOKIE, THEME_COOKIE
from portal.home import selectors
from portal.home.forms import BrowserForm, MailForm
from portal.leave.selectors.first_pages import list_coming_leave
from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.wellbeing.selectors import read_help_page
from portal.wellbeing.services import count_tap

KNOWN_COOKIE = "kenal"
"""Set in a browser whose owner has read how to leave fast."""
YEAR_SECONDS = 365 * 24 * 3600


@policy("home.home", who=(Who.EMPLOYEE,))
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    actor = actor_of(request)
    page = selectors.read_home(actor=actor, now=timezone.now())
    context = {
        "page": page,
        "offer": page.offer,
        "zone": actor.zone,
        "introduce_exit": KNOWN_COOKIE not in request.COOKIES,
    }
    return render(request, "home/home.html", context)


@policy(
    "home.word",
    who=(Who.EMPLOYEE,),
    thing=gettext_lazy("Your tap on “I'm tired”: one more in a number, without a name"),
    sees={},
)
def word(request: HttpRequest) -> HttpResponse:
    """Count the tap without a name, and answer."""
    now = timezone.now()
    if request.method == "POST":
        count_tap(now=now)
        return _see("home:word")
    actor = actor_of(request)
    offer = selectors.read_offer(actor=actor, now=now)
    return render(request, "home/word.html", {"offer": offer, "zone": actor.zone})


@policy("home.rest", who=(Who.EMPLOYEE,))
@require_safe
def rest(request: HttpRequest) -> HttpResponse:
    """Show a few small rests."""
    return render(request, "home/rest.html")


@policy("home.help", who=(Who.ANYONE,), anonymous=True)
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Show whom to call; needs no sign-in, no script and no Redis."""
    return render(request, "home/help.html", {"groups": read_help_page(now=timezone.now())})


@policy("home.calendar", who=(Who.ANYONE,), anonymous=True)
@require_safe
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Show the public holidays: where "Close quickly" leads."""
    page = selectors.read_calendar(year=year, now=timezone.now())
    return render(request, "home/calendar.html", {"page": page, "year": page.year})


@policy("home.mine", who=(Who.EMPLOYEE,))
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the actor's own meetings, circles and leave, and the ways to everything else."""
    actor = actor_of(request)
    now = timezone.now()
    context = {
        "own": counselling.list_own_appointments(actor=actor, now=now),
        "circles": circles.list_own(actor=actor, now=now),
        "leave": list_coming_leave(actor=actor, now=now),
        "zone": actor.zone,
    }
    return render(request, "home/mine.html", context)


@policy("home.settings", who=(Who.EMPLOYEE,))
def settings_page(request: HttpRequest) -> HttpResponse:
    """Set how this browser shows the pages."""
    form = _browser_form(request)
    if request.method == "POST" and form.is_valid():
        response = _see("home:settings")
        _remember(response, THEME_COOKIE, form.cleaned_data["theme"])
        _remember(response, DISCREET_COOKIE, "1" if form.cleaned_data["discreet"] else "")
        messages.success(request, _("Saved for this browser."))
        return response
    return _settings(request, form=form)


@policy("home.mail", who=(Who.OWNER,))
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Choose where neutral mails about meetings go."""
    actor = actor_of(request)
    form = MailForm(counselling.get_mail_choice(actor=actor), request.POST)
    if not form.is_valid():
        return _settings(request, mail_form=form)
    address = form.cleaned_data["address"]
    choose_address(actor=actor, address=address, now=timezone.now())
    messages.success(request, _("Saved."))
    return _see("home:settings")


def _browser_form(request: HttpRequest) -> BrowserForm:
    initial = {
        "theme": request.COOKIES.get(THEME_COOKIE, ""),
        "discreet": request.COOKIES.get(DISCREET_COOKIE) == "1",
    }
    sent = request.POST if "address" not in request.POST else None
    return BrowserForm(sent or None, initial=initial)


def _settings(
    request: HttpRequest, *, form: BrowserForm | None = None, mail_form: MailForm | None = None
) -> HttpResponse:
    choice = counselling.get_mail_choice(actor=actor_of(request))
    context = {
        "form": form or _browser_form(request),
        "mail_form": mail_form or MailForm(choice),
        "has_address": bool(choice.addresses),
    }
    return render(request, "home/settings.html", context)


@policy("home.stay", who=(Who.EMPLOYEE,))
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Keep the session: the request alone does. Without a script, go home."""
    if request.headers.get("Sec-Fetch-Mode") in {"cors", "same-origin"}:
        return HttpResponse(status=204)
    return _see("home:home")


@policy("home.known", who=(Who.EMPLOYEE,))
@require_POST
def known(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Put away the card on leaving fast, in this browser."""
    response = _see("home:home")
    _remember(response, KNOWN_COOKIE, "1")
    return response


def _see(name: str) -> HttpResponse:
    """Answer a POST with the page to look at next (303)."""
    response = redirect(name)
    response.status_code = 303
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice in this browser for a year; an empty one is forgotten."""
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
