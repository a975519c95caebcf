"""Paths of superiors."""

from django.urls import URLPattern, path

from portal.leave.views import team

urlpatterns: list[URLPattern] = [
    path("t/", team.reports, name="team"),
    path("t/cara/", team.guide, name="team-guide"),
    path("t/wakil/", team.stand_ins, name="stand-ins"),
    path("t/wakil/<uuid:delegation_id>/akhiri/", team.stand_in_end, name="stand-in-end"),
    path("t/<uuid:consideration_id>/", team.question, name="question"),
]
