"""Language, the quick exit, signing out, activation by slip, and one's own addresses."""

from typing import Any

from allauth.account import views as allauth_views
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.people.forms import ActivationForm, LanguageForm
from portal.people.policies import Who, policy
from portal.people.services import AccountRefused, activate
from portal.people.vaults import safe_path, same_site_referrer, vault_of

_ACTIVATION_RATES = {"activation": "20/m/ip,6/15m/key"}
SEE_OTHER = 303


@policy("people.language", who=(Who.ANYONE,), anonymous=True)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to where the person was."""
    form = LanguageForm(request.POST)
    known = form.is_valid() and form.cleaned_data["language"] in dict(settings.LANGUAGES)
    target = safe_path(request.POST.get("next", ""), request) or same_site_referrer(request)
    response = redirect(target or "/")
    if known and check_for_language(form.cleaned_data["language"]):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.cleaned_data["language"],
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


@policy("people.exit", who=(Who.ANYONE,), anonymous=True)
@csrf_exempt  # the way out never fails; a stranger's page could at most sign somebody out
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Lock the vault, end the session and show the neutral page; works signed out."""
    vault_of(request).lock()
    request.session.flush()
    response = HttpResponseRedirect(settings.EXIT_URL)
    response.status_code = SEE_OTHER
    return response


class SignInView(allauth_views.LoginView):  # type: ignore[misc]  # allauth is untyped
    """Sign in by NIP or e-mail."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Mention sign-up only where it exists."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not settings.SIGNUP_DOMAIN:
            context["signup_url"] = None
        return context


_sign_in = SignInView.as_view()


@policy("people.sign-in", who=(Who.ANYONE,), anonymous=True)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; limited by name and by connection."""
    answer: HttpResponseBase = _sign_in(request)
    return answer


@policy("people.signup", who=(Who.ANYONE,), anonymous=True)
def signup(request: HttpRequest) -> HttpResponseBase:
    """
    Make an account with a work address.

    :raises Http404: unless the organisation named its mail domain.
    """
    if not settings.SIGNUP_DOMAIN:
        raise Http404
    answer: HttpResponseBase = allauth_views.signup(request)
    return answer


@policy("people.logout", who=(Who.ANYONE,), anonymous=True)
def logout(request: HttpRequest) -> HttpResponseBase:
    """Lock the vault and sign out; a GET asks first."""
    if request.method == "POST":
        vault_of(request).lock()
    answer: HttpResponseBase = allauth_views.logout(request)
    return answer


@policy("people.activation", who=(Who.ANYONE,), anonymous=True)
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activation(request: HttpRequest) -> HttpResponse:
    """Let somebody with a printed slip choose a password of her own."""
    form = ActivationForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/activation.html", {"form": form})
    if not ratelimit.consume(
        request,
        app="portal.people",
        action="activation",
        config=_ACTIVATION_RATES,
        key=form.cleaned_data["login"].lower(),
    ):
        form.add_error(
            None, _("That was many tries in a short time. Come back in a few minutes.")
        )
        return render(request, "people/activation.html", {"form": form}, status=429)
    words = form.cleaned_data
    try:
        activate(
            login=words["login"],
            code=words["code"],
            password=words["password"],
            now=timezone.now(),
        )
    except AccountRefused as refused:
        form.add_error("code", refused.reason.label)
        return render(request, "people/activation.html", {"form": form})
    messages.success(request, _("Your password is set. Sign in with it now."))
    return redirect("account_login")


class EmailView(allauth_views.EmailView):  # type: ignore[misc]  # allauth is untyped
    """One's own addresses: the work address stays, private ones come and go."""

    def _action_primary(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Change no work address: the organisation looks after it."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Show the work address apart from the private ones."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        work = self.request.user.email.lower()
        context["work_address"] = work
        context["private_addresses"] = [
            address for address in context["emailaddresses"] if address.email.lower() != work
        ]
        return context


@policy("people.email", who=(Who.ANYONE,), anonymous=True)
def email(request: HttpRequest) -> HttpResponseBase:
    """
    Show and change one's own addresses.

    Reachable before the second factor, like every account page, and signed in only.
    """
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    answer: HttpResponseBase = EmailView.as_view()(request)
    return answer
