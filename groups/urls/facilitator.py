"""Paths of the facilitator pages."""

from django.urls import URLPattern, path

from groups.views import desk, groups, people, plan, run, words

_GROUP = "f/<uuid:group_id>/"
_MEMBER = f"{_GROUP}anggota/<uuid:enrolment_id>/"
_MEETING = "f/pertemuan/<uuid:meeting_id>/"

urlpatterns: list[URLPattern] = [
    path("f/", desk.desk, name="desk"),
    path("f/baru/", groups.group_new, name="group-new"),
    path("f/baru/<uuid:group_id>/", groups.group_copy, name="group-copy"),
    path(_GROUP, groups.group, name="group"),
    path(f"{_GROUP}ubah/", groups.group_change, name="group-change"),
    path(f"{_GROUP}buka/", groups.group_open, name="group-open"),
    path(f"{_GROUP}jeda/", groups.group_pause, name="group-pause"),
    path(f"{_GROUP}lanjut/", groups.group_resume, name="group-resume"),
    path(f"{_GROUP}akhiri/", groups.group_end, name="group-end"),
    path(f"{_GROUP}kesepakatan/", groups.group_agreement, name="group-agreement"),
    path(f"{_GROUP}susunan/", groups.group_run_sheet, name="group-run-sheet"),
    path(f"{_GROUP}anggota/", people.group_members, name="group-members"),
    path(f"{_MEMBER}terima/", people.member_accept, name="member-accept"),
    path(f"{_MEMBER}arahkan/", people.member_refer, name="member-refer"),
    path(f"{_MEMBER}keluarkan/", people.member_remove, name="member-remove"),
    path(f"{_GROUP}kapasitas/", people.group_capacity, name="group-capacity"),
    path(f"{_GROUP}kode/", people.group_code, name="group-code"),
    path(f"{_GROUP}pengumuman/", words.group_announcements, name="group-announcements"),
    path(f"{_GROUP}bacaan/", words.group_resources, name="group-resources"),
    path(
        f"{_GROUP}bacaan/<uuid:resource_id>/hapus/",
        words.resource_remove,
        name="resource-remove",
    ),
    path(f"{_GROUP}rencana/", plan.group_plan, name="group-plan"),
    path(f"{_GROUP}rencana/rangkaian/", plan.series_new, name="series-new"),
    path(f"{_GROUP}rencana/pertemuan/", plan.meeting_new, name="meeting-new"),
    path(_MEETING, run.meeting, name="meeting"),
    path(f"{_MEETING}kehadiran/", run.attendance, name="attendance"),
    path(f"{_MEETING}catatan/", run.meeting_note, name="meeting-note"),
    path(f"{_MEETING}langkah/", run.run_step, name="run-step"),
    path(f"{_MEETING}cerita/", run.debrief, name="debrief"),
    path(f"{_MEETING}cetak/", run.meeting_print, name="meeting-print"),
    path(f"{_MEETING}tautan/", run.meeting_host, name="meeting-host"),
    path(f"{_MEETING}ubah/", plan.meeting_change, name="meeting-change"),
    path(f"{_MEETING}berikutnya/", plan.meeting_following, name="meeting-following"),
    path(f"{_MEETING}selesai/", plan.meeting_end_series, name="meeting-end-series"),
    path(f"{_MEETING}tempat/", plan.meeting_place, name="meeting-place"),
    path(f"{_MEETING}batal/", plan.meeting_cancel, name="meeting-cancel"),
    path(f"{_MEETING}kembali/", plan.meeting_reinstate, name="meeting-reinstate"),
    path(f"{_MEETING}libur/", plan.holiday_answer, name="holiday-answer"),
    path(f"{_MEETING}siap/", desk.duty_confirm, name="duty-confirm"),
    path(f"{_MEETING}tukar/", desk.duty_swap, name="duty-swap"),
    path(f"{_MEETING}gantikan/", desk.duty_take, name="duty-take"),
    path(f"{_MEETING}kosong/", desk.duty_vacate, name="duty-vacate"),
    path("f/perubahan/<uuid:change_id>/urungkan/", plan.change_undo, name="change-undo"),
]
