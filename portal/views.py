"""Health and the pages nobody wants to see."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django passes it
    """Say whether the house can serve: PostgreSQL answers. Redis may be away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False}, status=503)
    return JsonResponse({"ready": True})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - the reason stays here
    """Answer a missing page and a foreign one alike."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - the reason stays here
    """Answer what Django itself forbids; our own rooms say 404."""
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - nothing of it is asked
    """Answer a fault of ours without a context that could fail again."""
    return HttpResponse(get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - technical words help nobody
    """Say that the page was open too long, and show the way on."""
    return render(request, "403_csrf.html", status=403)
