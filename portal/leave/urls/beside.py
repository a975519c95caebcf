"""Paths beside the desks: calendars, codes on papers, numbers."""

from django.urls import URLPattern, path

from portal.leave.views import calendars, check, numbers

urlpatterns: list[URLPattern] = [
    path("cuti/kalender/", calendars.calendars, name="calendars"),
    path("cuti/kalender/<str:kind>/baru/", calendars.calendar_new, name="calendar-new"),
    path("cuti/kalender/<str:kind>/hapus/", calendars.calendar_remove, name="calendar-remove"),
    path(
        "cuti/<uuid:request_id>/kalender/", calendars.request_calendar, name="request-calendar"
    ),
    path("kal/<str:token>.ics", calendars.feed, name="feed"),
    path("periksa/<str:token>/", check.check, name="check"),
    path("h/laporan/", numbers.numbers, name="numbers"),
    path("h/laporan/<int:year>-<int:quarter>/", numbers.numbers_file, name="numbers-file"),
]
