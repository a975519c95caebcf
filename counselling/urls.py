"""Paths of this room, in words that tell nothing."""

from datetime import date

from django.urls import path, register_converter

from counselling.views import agenda, hours, moves, offer, own, times

FIRST_YEAR, LAST_YEAR = 2000, 2099


class DayConverter:
    """A day in a path, 2026-11-23; a date is nobody's name."""

    regex = r"\d{4}-[01]\d-[0-3]\d"

    def to_python(self, value: str) -> date:
        """
        Read the day.

        :raises ValueError: if there is no such day in this century, which makes it no path.
        """
        day = date.fromisoformat(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "counselling"
urlpatterns = [
    path("temu/", times.times, name="times"),
    path("temu/nanti/<int:page>/", times.times_later, name="times-later"),
    path("temu/saring/", times.times_filter, name="times-filter"),
    path("temu/mengerti/", times.cancel_seen, name="cancel-seen"),
    path("temu/<uuid:appointment_id>/", own.appointment, name="appointment"),
    path("temu/<uuid:appointment_id>/pesan/", own.appointment_book, name="appointment-book"),
    path(
        "temu/<uuid:appointment_id>/lepas/", own.appointment_release, name="appointment-release"
    ),
    path("temu/<uuid:appointment_id>/pindah/", moves.appointment_move, name="appointment-move"),
    path(
        "temu/<uuid:appointment_id>/batal/", own.appointment_cancel, name="appointment-cancel"
    ),
    path(
        "temu/<uuid:appointment_id>/kalender/",
        own.appointment_calendar,
        name="appointment-calendar",
    ),
    path(
        "temu/<uuid:appointment_id>/kabar/", own.appointment_address, name="appointment-address"
    ),
    path("k/", agenda.agenda, name="agenda"),
    path("k/hari/<day:day>/", agenda.agenda_day, name="agenda-day"),
    path("k/minggu/", agenda.week, name="week"),
    path("k/minggu/<day:day>/", agenda.week_of, name="week-of"),
    path("k/temu/<uuid:appointment_id>/", agenda.agenda_appointment, name="agenda-appointment"),
    path(
        "k/temu/<uuid:appointment_id>/hadir/",
        agenda.attendance_fulfil,
        name="attendance-fulfil",
    ),
    path(
        "k/temu/<uuid:appointment_id>/tidak-hadir/",
        agenda.attendance_no_show,
        name="attendance-no-show",
    ),
    path(
        "k/temu/<uuid:appointment_id>/belum/",
        agenda.attendance_take_back,
        name="attendance-take-back",
    ),
    path("k/sakit/", agenda.call_in_ill, name="call-in-ill"),
    path("k/jadwal/", hours.schedule, name="schedule"),
    path("k/jadwal/tambah/", hours.schedule_add, name="schedule-add"),
    path("k/jadwal/hapus/<uuid:range_id>/", hours.schedule_remove, name="schedule-remove"),
    path("k/jadwal/tutup/", hours.schedule_close, name="schedule-close"),
    path("k/jadwal/buka/", hours.schedule_open, name="schedule-open"),
    path(
        "k/jadwal/pengecualian/<uuid:exception_id>/hapus/",
        hours.schedule_exception_remove,
        name="schedule-exception-remove",
    ),
    path("k/jadwal/urungkan/", hours.schedule_undo, name="schedule-undo"),
    path("l/", offer.offer_home, name="offer-home"),
    path("l/layanan/", offer.service_list, name="service-list"),
    path("l/layanan/baru/", offer.service_add, name="service-add"),
    path("l/layanan/<uuid:service_id>/", offer.service_change, name="service-change"),
    path("l/layanan/<uuid:service_id>/pensiun/", offer.service_retire, name="service-retire"),
    path("l/layanan/<uuid:service_id>/kembali/", offer.service_restore, name="service-restore"),
    path("l/orang/", offer.counsellor_list, name="counsellor-list"),
    path("l/orang/baru/", offer.counsellor_add, name="counsellor-add"),
    path("l/orang/<uuid:counsellor_id>/", offer.counsellor_change, name="counsellor-change"),
]
