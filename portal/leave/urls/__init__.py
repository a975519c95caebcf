"""Paths of leave, in words that tell nothing: own, team, review, desk, returns, beside."""

from portal.leave.urls import beside, desk, own, returns, review, team

app_name = "leave"
urlpatterns = [
    *own.urlpatterns,
    *team.urlpatterns,
    *review.urlpatterns,
    *desk.urlpatterns,
    *returns.urlpatterns,
    *beside.urlpatterns,
]
