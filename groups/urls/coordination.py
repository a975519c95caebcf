"""Paths of the coordination pages."""

from django.urls import path

from groups.views import crew, numbers, oversight

urlpatterns = [
    path("l/lingkar/", oversight.circle_desk, name="circle-desk"),
    path("l/lingkar/angka/", numbers.circle_numbers, name="circle-numbers"),
    path("l/lingkar/<uuid:group_id>/", oversight.circle_oversee, name="circle-oversee"),
    path("l/lingkar/<uuid:group_id>/tugaskan/", oversight.circle_assign, name="circle-assign"),
    path(
        "l/lingkar/<uuid:group_id>/kapasitas/",
        oversight.circle_capacity,
        name="circle-capacity",
    ),
    path(
        "l/lingkar/tugas/<uuid:assignment_id>/lepas/",
        oversight.circle_unassign,
        name="circle-unassign",
    ),
    path("l/lingkar/pertemuan/<uuid:meeting_id>/", oversight.gate, name="gate"),
    path(
        "l/lingkar/pertemuan/<uuid:meeting_id>/ganti/",
        oversight.gate_stand_in,
        name="gate-stand-in",
    ),
    path("l/lingkar/pertemuan/<uuid:meeting_id>/jalan/", oversight.gate_run, name="gate-run"),
    path(
        "l/lingkar/pertemuan/<uuid:meeting_id>/batal/",
        oversight.gate_cancel,
        name="gate-cancel",
    ),
    path("l/fasilitator/", crew.facilitator_list, name="facilitator-list"),
    path("l/fasilitator/baru/", crew.facilitator_add, name="facilitator-add"),
    path(
        "l/fasilitator/<uuid:facilitator_id>/",
        crew.facilitator_change,
        name="facilitator-change",
    ),
    path(
        "l/fasilitator/<uuid:facilitator_id>/akhiri/",
        crew.facilitator_end,
        name="facilitator-end",
    ),
]
