"""Paths of the pages of members."""

from django.urls import path

from groups.views import circles, meetings, membership

urlpatterns = [
    path("lingkar/", circles.circles, name="circles"),
    path("lingkar/<uuid:group_id>/", circles.circle, name="circle"),
    path("lingkar/<uuid:group_id>/ikut/", circles.circle_join, name="circle-join"),
    path("lingkar/<uuid:group_id>/keluar/", membership.circle_leave, name="circle-leave"),
    path("lingkar/<uuid:group_id>/jeda/", membership.circle_pause, name="circle-pause"),
    path("lingkar/<uuid:group_id>/lanjut/", membership.circle_resume, name="circle-resume"),
    path("lingkar/<uuid:group_id>/tengok/", membership.circle_look, name="circle-look"),
    path("lingkar/<uuid:group_id>/setuju/", membership.circle_agree, name="circle-agree"),
    path("lingkar/<uuid:group_id>/samaran/", membership.circle_rename, name="circle-rename"),
    path("lingkar/<uuid:group_id>/kabar/", membership.circle_address, name="circle-address"),
    path("lingkar/<uuid:group_id>/hindari/", membership.circle_block, name="circle-block"),
    path(
        "lingkar/<uuid:group_id>/hindari/hapus/",
        membership.circle_unblock,
        name="circle-unblock",
    ),
    path("lingkar/tempat/<uuid:place_id>/ambil/", membership.offer_take, name="offer-take"),
    path(
        "lingkar/tempat/<uuid:place_id>/lepas/", membership.offer_decline, name="offer-decline"
    ),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/", meetings.circle_meeting, name="circle-meeting"
    ),
    path("lingkar/pertemuan/<uuid:meeting_id>/tempat/", meetings.place_take, name="place-take"),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/lepas/",
        meetings.place_give_up,
        name="place-give-up",
    ),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/tetap/",
        meetings.place_confirm,
        name="place-confirm",
    ),
    path("lingkar/pertemuan/<uuid:meeting_id>/izin/", meetings.excuse, name="excuse"),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/datang/",
        meetings.excuse_take_back,
        name="excuse-take-back",
    ),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/masuk/",
        meetings.meeting_enter,
        name="meeting-enter",
    ),
    path("lingkar/pertemuan/<uuid:meeting_id>/isyarat/", meetings.signal, name="signal"),
    path(
        "lingkar/pertemuan/<uuid:meeting_id>/kalender/",
        meetings.meeting_calendar,
        name="meeting-calendar",
    ),
]
