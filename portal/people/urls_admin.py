"""Addresses of the administrators' pages, under ``/a/``."""

from django.urls import path

from portal.people.views import admin, holidays, roster

urlpatterns = [
    path("", admin.admin_home, name="admin-home"),
    path("pegawai/", roster.roster_import, name="roster-import"),
    path("pegawai/terapkan/", roster.roster_apply, name="roster-apply"),
    path("akun/", admin.account_list, name="account-list"),
    path("akun/<uuid:user_id>/tutup/", admin.account_close, name="account-close"),
    path("akun/<uuid:user_id>/buka/", admin.account_open, name="account-open"),
    path("peran/", admin.role_list, name="role-list"),
    path("peran/beri/", admin.role_grant, name="role-grant"),
    path("peran/<uuid:grant_id>/akhiri/", admin.role_end, name="role-end"),
    path("peran/<uuid:grant_id>/kembalikan/", admin.role_reopen, name="role-reopen"),
    path("aktivasi/", admin.slip_list, name="slip-list"),
    path("aktivasi/cetak/", admin.slip_print, name="slip-print"),
    path("libur/", holidays.holiday_list, name="holiday-list"),
    path("libur/tambah/", holidays.holiday_add, name="holiday-add"),
    path("libur/urung/", holidays.holiday_undo, name="holiday-undo"),
    path("libur/<uuid:holiday_id>/status/", holidays.holiday_status, name="holiday-status"),
]
