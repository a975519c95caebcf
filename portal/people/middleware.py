"""What surrounds every request: no trace of the connection, and the person's open vault."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.people.callers import relieve
from portal.people.forms import UnlockForm
from portal.people.vaults import NEXT_KEY, RequestVault, kept_fields
from portal.vault.unlock import Locked

Handler = Callable[[HttpRequest], HttpResponse]


class ReliefMiddleware:
    """
    Relieve a request of what nobody needs to know: the address and the name of the browser.

    What comes after sees only the word of the day (``portal.people.callers``), so no library
    can write an address into Redis, a table, a mail or a log by accident.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Relieve the request and pass it on."""
        relieve(request.META, today=timezone.localdate())
        return self.get_response(request)


class VaultMiddleware:
    """
    Attach ``request.vault`` and answer when a page finds it locked.

    Looking at a page leads to the passphrase and back again. A form that was sent meanwhile
    gets status 423 and the passphrase on the same page, with everything that was typed.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the vault and send its cookie along."""
        vault = RequestVault(request, clock=timezone.now)
        request.vault = vault  # type: ignore[attr-defined]  # ours, on Django's request
        response = self.get_response(request)
        vault.write_cookie(response)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Turn ``Locked`` into the way to the passphrase; leave all else alone."""
        if not isinstance(exception, Locked) or not request.user.is_authenticated:
            return None
        if request.method in {"GET", "HEAD"}:
            request.session[NEXT_KEY] = request.get_full_path()
            return redirect("people:vault-unlock")
        return render(
            request,
            "people/vault_unlock.html",
            {
                "form": UnlockForm(),
                "target": request.path,
                "kept": kept_fields(request.POST),
                "interrupted": True,
            },
            status=423,
        )
