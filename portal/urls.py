"""The address book: one line a room, neutral words only."""

from django.urls import include, path

from portal import views

handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.broken"

urlpatterns = [
    path("healthz/", views.health, name="health"),
    path("", include("portal.home.urls")),
    path("", include("portal.privacy.urls")),
    path("", include("portal.wellbeing.urls")),
    path("", include("counselling.urls")),
    path("", include("groups.urls")),
    path("", include("portal.leave.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.people.urls")),
]
