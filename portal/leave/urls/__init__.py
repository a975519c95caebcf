"""Paths of leave, in words that tell nothing: own, team, review, desk."""

from portal.leave.urls import desk, own, review, team

app_name = "leave"
urlpatterns = [
    *own.urlpatterns,
    *team.urlpatterns,
    *review.urlpatterns,
    *desk.urlpatterns,
]
