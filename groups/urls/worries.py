"""Paths of the pages on which worries are handed on and looked after."""

from django.urls import path

from groups.views import worries

urlpatterns = [
    path("lingkar/<uuid:group_id>/bicara/", worries.circle_worry, name="circle-worry"),
    path(
        "f/pertemuan/<uuid:meeting_id>/serahkan/", worries.meeting_worry, name="meeting-worry"
    ),
    path("j/", worries.duty_desk, name="duty-desk"),
    path("j/<uuid:concern_id>/", worries.concern, name="concern"),
    path("j/<uuid:concern_id>/ambil/", worries.concern_take, name="concern-take"),
    path("j/<uuid:concern_id>/tutup/", worries.concern_close, name="concern-close"),
    path("j/<uuid:concern_id>/ajak/", worries.concern_invite, name="concern-invite"),
]
