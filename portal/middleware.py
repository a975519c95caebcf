"""The language of every page and the headers it carries."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]

MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024
TOO_LARGE = 413
LET_THROUGH = 4
"""Up to how many times the most that a form may send a body runs through."""
PERMISSIONS = "camera=(), microphone=(), geolocation=(), browsing-topics=()"


class LanguageMiddleware:
    """
    Speak the language a person chose in this browser, Indonesian until she does.

    The browser's own list is not asked: office computers often say English for everybody.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language, and name it."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = dict(settings.LANGUAGES)
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


class SizeMiddleware:
    """
    Refuse what is too large by the length it announces, before anything of it is kept.

    Goes before whatever reads a form. Django's own way is worse: without a place for a file
    that is too large it drops the file in silence and the page asks for it again. A body
    without a length counts as empty there, so that nothing goes past this. What comes runs
    through, for a browser that is cut off while it sends shows no page; far too much is cut.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., HttpResponse],
        _args: tuple[object, ...],
        _options: dict[str, object],
    ) -> HttpResponse | None:
        """Answer with a sentence if too much is coming."""
        length = _announced(request)
        if length <= settings.UPLOAD_MAX_BYTES:
            return None
        if length <= LET_THROUGH * settings.UPLOAD_MAX_BYTES:
            _let_through(request)
        return render(
            request,
            "413.html",
            {"most": settings.UPLOAD_MAX_BYTES // MEGABYTE},
            status=TOO_LARGE,
        )


class HeadersMiddleware:
    """
    Keep pages out of caches, of search engines and of other sites.

    Every page but static files is `no-store`: the Back button and the next person at a shared
    computer get nothing. No other site can load a page, a picture or a file into its own.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and add the headers; a view may have said something else about caching."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def _let_through(request: HttpRequest) -> None:
    with suppress(OSError):  # gone meanwhile: nobody is left to read the answer
        while request.read(CHUNK):
            pass


def _announced(request: HttpRequest) -> int:
    """Return the length of what is coming, read as Django reads it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except (TypeError, ValueError):
        return 0
