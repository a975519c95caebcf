"""The house's own addresses and the floor: a signed-in page that returns a constant."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe

handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.broken"

FLOOR = "/lantai/"


@require_safe
def floor(request: HttpRequest) -> HttpResponse:
    """Return a constant; the middleware has found out who asks."""
    return HttpResponse(b"lantai")


urlpatterns = [path(FLOOR.strip("/") + "/", floor), path("", include("portal.urls"))]
