"""Paths of coming back in stages, one for each of the three."""

from django.urls import path

from portal.leave.views import returns

urlpatterns = [
    path("cuti/<uuid:request_id>/kembali/", returns.return_plan, name="return-plan"),
    path("cuti/<uuid:request_id>/kembali/dokumen/", returns.plan_paper, name="plan-paper"),
    path("t/rencana/<uuid:plan_id>/", returns.plan_manager, name="plan-manager"),
    path("m/rencana/<uuid:plan_id>/", returns.plan_reviewer, name="plan-reviewer"),
]
