"""Paths of HR and the authorised officials."""

from django.urls import URLPattern, path

from portal.leave.views import (
    desk,
    desk_bands,
    desk_days,
    desk_deeds,
    desk_papers,
    desk_rights,
    desk_rules,
    desk_weeks,
)

_REQUEST = "h/<uuid:request_id>/"

urlpatterns: list[URLPattern] = [
    path("h/", desk.queue, name="queue"),
    path(_REQUEST, desk.case, name="case"),
    path(f"{_REQUEST}putus/", desk.decide, name="decide"),
    path(f"{_REQUEST}batal/", desk_deeds.case_cancel, name="case-cancel"),
    path(f"{_REQUEST}pulang/", desk_deeds.case_early_return, name="case-early-return"),
    path(f"{_REQUEST}tetap/", desk_deeds.case_keep, name="case-keep"),
    path(f"{_REQUEST}panggil/", desk_deeds.case_recall, name="case-recall"),
    path(f"{_REQUEST}cabut/", desk_deeds.revocation_ask, name="revocation-ask"),
    path(f"{_REQUEST}cabut/sah/", desk_deeds.revocation_confirm, name="revocation-confirm"),
    path(f"{_REQUEST}cabut/urung/", desk_deeds.revocation_drop, name="revocation-drop"),
    path(f"{_REQUEST}dokumen/", desk_papers.desk_letter, name="desk-letter"),
    path(f"{_REQUEST}formulir/", desk_papers.desk_form, name="desk-form"),
    path(f"{_REQUEST}keterangan/", desk_papers.desk_attestation, name="desk-attestation"),
    path(
        "h/putusan/<uuid:decision_id>/urungkan/", desk_deeds.decision_undo, name="decision-undo"
    ),
    path(
        "h/putusan/<uuid:decision_id>/tanda-tangan/",
        desk_deeds.decision_sign,
        name="decision-sign",
    ),
    path("h/berjalan/", desk.running, name="running"),
    path("h/keputusan/", desk_rights.decrees, name="decrees"),
    path(
        "h/keputusan/<uuid:decree_id>/cabut/",
        desk_rights.decree_withdraw,
        name="decree-withdraw",
    ),
    path("h/wakil/", desk_rights.delegations, name="delegations"),
    path(
        "h/wakil/<uuid:delegation_id>/akhiri/",
        desk_rights.delegation_end,
        name="delegation-end",
    ),
    path("h/aturan/", desk_rules.rules, name="rules"),
    path("h/aturan/potongan/", desk_bands.bands, name="bands"),
    path("h/aturan/potongan/<str:family>/", desk_bands.family_bands, name="family-bands"),
    path("h/aturan/<uuid:leave_type_id>/", desk_rules.rule, name="rule"),
    path("h/aturan/<uuid:leave_type_id>/nyala/", desk_rules.rule_switch, name="rule-switch"),
    path("h/atur/", desk_rules.leave_settings, name="leave-settings"),
    path("h/minggu/", desk_weeks.weeks, name="weeks"),
    path("h/minggu/<uuid:pattern_id>/akhiri/", desk_weeks.week_end, name="week-end"),
    path("h/minggu/bersama/", desk_weeks.joint_year, name="joint-year"),
    path("h/pegawai/", desk_days.people, name="people"),
    path("h/pegawai/<uuid:employee_id>/", desk_days.entitlement, name="entitlement"),
    path(
        "h/pegawai/<uuid:employee_id>/koreksi/",
        desk_days.entitlement_correct,
        name="entitlement-correct",
    ),
    path("h/pegawai/<uuid:employee_id>/masa/", desk_days.service_start, name="service-start"),
    path("h/pegawai/<uuid:employee_id>/bersama/", desk_days.joint_duty, name="joint-duty"),
    path(
        "h/pegawai/<uuid:employee_id>/bersama/hapus/",
        desk_days.joint_duty_remove,
        name="joint-duty-remove",
    ),
    path("h/pegawai/<uuid:employee_id>/minggu/", desk_weeks.own_week, name="own-week"),
    path("h/ekspor/", desk_papers.exports, name="exports"),
    path("h/ekspor/gaji/", desk_papers.export_payroll, name="export-payroll"),
    path("h/ekspor/keterangan/", desk_papers.export_attested, name="export-attested"),
]
