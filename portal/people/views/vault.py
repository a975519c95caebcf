"""The vault's own pages: make, unlock, lock, another passphrase, recovery."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.audit.services import record_staff
from portal.common.errors import Refused
from portal.people.actors import actor_of
from portal.people.choices import Role
from portal.people.forms import (
    AbandonForm,
    ChangePassphraseForm,
    NewPassphraseForm,
    RecoverForm,
    TypeBackForm,
    UnlockForm,
)
from portal.people.policies import Who, policy
from portal.people.vaults import NEXT_KEY, kept_again, restored_fields, safe_path, vault_of
from portal.vault import services as vault_services
from portal.vault.services import KeyTampered, NoVault, TooManyUnlocks, VaultExists
from portal.vault.unlock import Locked

_FORMS = ["GET", "HEAD", "POST"]
_STAFF_ORDER = (
    Role.COUNSELLOR,
    Role.DUTY,
    Role.FACILITATOR,
    Role.REVIEWER,
    Role.OFFICIAL,
    Role.HR,
    Role.HEAD,
)
REAL, NONE, IN_DOUBT = "real", "none", "in doubt"
BUSY = 503
TOO_MANY = 429


@policy("people.vault", who=(Who.EMPLOYEE,))
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say whether there is a vault, whether it is open, and what can be done."""
    user_id = actor_of(request).user_id
    state, fingerprint = _look(user_id)
    context = {
        "state": state,
        "open": state == REAL and vault_of(request).is_open,
        "waiting": state == NONE and vault_services.is_waiting(user_id=user_id),
        "fingerprint": fingerprint,
        "counsels": Role.COUNSELLOR in actor_of(request).roles,
    }
    return render(request, "people/vault.html", context)


@policy("people.vault.make", who=(Who.EMPLOYEE,))
@sensitive_post_parameters()
@never_cache
@require_http_methods(_FORMS)
def make(request: HttpRequest) -> HttpResponse:
    """Make a vault: a passphrase twice, the recovery code once, the code typed back."""
    if "code" in request.POST:
        return _confirm(request)
    user_id = actor_of(request).user_id
    if _look(user_id)[0] != NONE:
        return redirect("people:vault")
    form = NewPassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            code = vault_services.make_vault(
                user_id=user_id,
                passphrase=form.cleaned_data["passphrase"],
                waiting=True,
                now=timezone.now(),
            )
        except VaultExists:
            return redirect("people:vault")
        except (Refused, TooManyUnlocks) as refused:
            form.add_error("passphrase", _words(refused))
        else:
            return _show_code(request, code)
    return render(request, "people/vault_make.html", {"form": form})


@policy("people.vault.unlock", who=(Who.EMPLOYEE,))
@sensitive_post_parameters()
@never_cache
@require_http_methods(_FORMS)
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the passphrase, then go back; a form that was interrupted can be sent again."""
    user_id = actor_of(request).user_id
    state = _look(user_id)[0]
    if state != REAL:
        return _elsewhere(state)
    form = UnlockForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, form)
    now = timezone.now()
    if not vault_services.unlock_allowed(user_id=user_id, now=now):
        form.add_error(None, _("That was many tries in a short time. Come back in 15 minutes."))
        return _ask(request, form, status=TOO_MANY)
    try:
        private_key = vault_services.open_with_passphrase(
            user_id=user_id, passphrase=form.cleaned_data["passphrase"]
        )
    except TooManyUnlocks as busy:
        form.add_error(None, _words(busy))
        return _ask(request, form, status=BUSY)
    except Refused as refused:
        vault_services.count_failed_unlock(user_id=user_id, now=now)
        form.add_error("passphrase", refused.reason.label)
        return _ask(request, form)
    vault_services.forget_failed_unlocks(user_id=user_id)
    if not _keep_open(request, private_key):
        form.add_error(None, _keeper_away())
        return _ask(request, form, status=BUSY)
    return _onward(request)


@policy("people.vault.lock", who=(Who.EMPLOYEE,))
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the vault in this browser."""
    vault_of(request).lock()
    request.session.pop(NEXT_KEY, None)
    messages.success(request, _("Your vault is locked."))
    return redirect("people:vault")


@policy("people.vault.change", who=(Who.EMPLOYEE,))
@sensitive_post_parameters()
@never_cache
@require_http_methods(_FORMS)
def change(request: HttpRequest) -> HttpResponse:
    """Put the vault behind another passphrase; a new recovery code comes with it."""
    return _renewal(
        request, ChangePassphraseForm, field="current", template="people/vault_change.html"
    )


@policy("people.vault.recover", who=(Who.EMPLOYEE,))
@sensitive_post_parameters()
@never_cache
@require_http_methods(_FORMS)
def recover(request: HttpRequest) -> HttpResponse:
    """Open the vault with the code from the paper and choose a new passphrase."""
    return _renewal(request, RecoverForm, field="code", template="people/vault_recover.html")


@policy("people.vault.abandon", who=(Who.EMPLOYEE,))
@never_cache
@require_http_methods(_FORMS)
def abandon(request: HttpRequest) -> HttpResponse:
    """Give a vault up when passphrase and code are both lost; a few words are typed first."""
    user_id = actor_of(request).user_id
    state = _look(user_id)[0]
    if state == NONE:
        return redirect("people:vault-make")
    form = AbandonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Gone already, from another tab: then there is nothing to write down either.
        with suppress(NoVault), transaction.atomic():
            vault_services.abandon_vault(user_id=user_id)
            _record(request, "vault.abandon")
        vault_of(request).lock()
        request.session.pop(NEXT_KEY, None)
        messages.success(request, _("The vault is gone. You can make a new one."))
        return redirect("people:vault")
    return render(
        request,
        "people/vault_abandon.html",
        {
            "form": form,
            "in_doubt": state == IN_DOUBT,
            "counsels": Role.COUNSELLOR in actor_of(request).roles,
        },
    )


def _renewal(
    request: HttpRequest,
    form_class: type[ChangePassphraseForm | RecoverForm],
    *,
    field: str,
    template: str,
) -> HttpResponse:
    """Ask for a proof and a new passphrase, and show the new code once both are given."""
    state = _look(actor_of(request).user_id)[0]
    if state != REAL:
        return _elsewhere(state)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = _renew(request, form, field=field)
        if code is not None:
            return _show_code(request, code)
    return render(request, template, {"form": form})


def _renew(
    request: HttpRequest, form: ChangePassphraseForm | RecoverForm, *, field: str
) -> str | None:
    """Return the new recovery code, or None with the refusal written into the form."""
    user_id = actor_of(request).user_id
    now = timezone.now()
    if not vault_services.unlock_allowed(user_id=user_id, now=now):
        form.add_error(None, _("That was many tries in a short time. Come back in 15 minutes."))
        return None
    proof = form.cleaned_data[field]
    try:
        if field == "code":
            private_key = vault_services.open_with_recovery(user_id=user_id, code=proof)
        else:
            private_key = vault_services.open_with_passphrase(user_id=user_id, passphrase=proof)
    except TooManyUnlocks as busy:
        form.add_error(None, _words(busy))
        return None
    except Refused as refused:
        vault_services.count_failed_unlock(user_id=user_id, now=now)
        form.add_error(field, refused.reason.label)
        return None
    try:
        code = vault_services.change_passphrase(
            user_id=user_id, private_key=private_key, passphrase=form.cleaned_data["passphrase"]
        )
    except (Refused, TooManyUnlocks) as refused:
        form.add_error("passphrase", _words(refused))
        return None
    vault_services.forget_failed_unlocks(user_id=user_id)
    vault_of(request).lock()
    _keep_open(request, private_key)
    _record(request, "vault.recover" if field == "code" else "vault.change")
    return code


def _confirm(request: HttpRequest) -> HttpResponse:
    """Compare the code that was typed back; a waiting vault becomes real by it."""
    user_id = actor_of(request).user_id
    form = TypeBackForm(request.POST)
    waiting = vault_services.is_waiting(user_id=user_id)
    if not form.is_valid():
        return render(request, "people/vault_code.html", {"form": form, "waiting": waiting})
    now = timezone.now()
    if not vault_services.unlock_allowed(user_id=user_id, now=now):
        form.add_error(None, _("That was many tries in a short time. Come back in 15 minutes."))
        return render(
            request,
            "people/vault_code.html",
            {"form": form, "waiting": waiting},
            status=TOO_MANY,
        )
    code = form.cleaned_data["code"]
    try:
        if waiting:
            private_key = vault_services.confirm_vault(user_id=user_id, code=code)
        else:
            private_key = vault_services.open_with_recovery(user_id=user_id, code=code)
    except NoVault:
        return redirect("people:vault-make")
    except Refused as refused:
        vault_services.count_failed_unlock(user_id=user_id, now=now)
        form.add_error("code", refused.reason.label)
        return render(request, "people/vault_code.html", {"form": form, "waiting": waiting})
    vault_services.forget_failed_unlocks(user_id=user_id)
    if waiting:
        _keep_open(request, private_key)
        _record(request, "vault.make")
    messages.success(request, _("The code is right. Keep the paper where only you find it."))
    return _onward(request)


def _show_code(request: HttpRequest, code: str) -> HttpResponse:
    user_id = actor_of(request).user_id
    context = {
        "form": TypeBackForm(),
        "code": code,
        "waiting": vault_services.is_waiting(user_id=user_id),
    }
    return render(request, "people/vault_code.html", context)


def _ask(request: HttpRequest, form: UnlockForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "target": safe_path(request.POST.get("target", ""), request),
        "kept": kept_again(request.POST),
        "interrupted": bool(request.POST.get("target")),
    }
    return render(request, "people/vault_unlock.html", context, status=status)


def _onward(request: HttpRequest) -> HttpResponse:
    """Go where the person was going, or offer to send an interrupted form again."""
    following = safe_path(request.session.pop(NEXT_KEY, ""), request)
    target = safe_path(request.POST.get("target", ""), request)
    if target:
        context = {"target": target, "fields": list(restored_fields(request.POST))}
        return render(request, "people/vault_continue.html", context)
    return redirect(following or "people:vault")


def _keep_open(request: HttpRequest, private_key: bytes) -> bool:
    try:
        vault_of(request).unlock(private_key, now=timezone.now())
    except Locked:
        return False
    _record(request, "vault.open")
    return True


def _record(request: HttpRequest, action: str) -> None:
    """Write a deed of a staff role down; what an employee does with her own vault is not."""
    actor = actor_of(request)
    role = next((role for role in _STAFF_ORDER if role in actor.roles), None)
    if role is not None:
        record_staff(
            role=role.value,
            handle=str(actor.user_id),
            action=action,
            subject=str(actor.user_id),
            now=timezone.now(),
        )


def _look(user_id: UUID) -> tuple[str, str]:
    """
    Return what stands on record for a person, and the fingerprint of a real vault.

    A row whose key does not match its proof is in doubt, whoever it belonged to: it is neither
    a vault to open nor room for a new one, which would wipe out what happened.
    """
    try:
        return REAL, vault_services.fingerprint(user_id=user_id)
    except NoVault:
        return NONE, ""
    except KeyTampered:
        return IN_DOUBT, ""


def _elsewhere(state: str) -> HttpResponse:
    """Lead whoever has no vault to making one, and whose key is in doubt to being told."""
    return redirect("people:vault-make" if state == NONE else "people:vault")


def _words(refused: Exception) -> str:
    if isinstance(refused, Refused):
        return str(refused.reason.label)
    return _("Several people are unlocking right now. Try once more in a moment.")


def _keeper_away() -> str:
    return _(
        "The vault cannot stay open right now; our memory for it is away. Try again shortly."
    )
