"""Paths of who can see what."""

from django.urls import path

from portal.privacy import views

app_name = "privacy"
urlpatterns = [
    path("siapa/", views.who, name="who"),
    path("aman/", views.safe, name="safe"),
    path("saya/data/", views.data, name="data"),
    path("saya/data/cuti/", views.leave_data, name="leave-data"),
    path("a/audit/", views.audit, name="audit"),
    path("a/audit/<int:before>/", views.audit, name="audit-older"),
]
