"""Paths of the inbox: neutral words, random ids."""

from django.urls import path

from portal.notifications import views

app_name = "notifications"

urlpatterns = [
    path("saya/kabar/", views.inbox, name="inbox"),
    path("saya/kabar/baca/", views.inbox_read, name="inbox-read"),
    path("saya/kabar/<uuid:notification_id>/baca/", views.item_read, name="item-read"),
    path("healthz/outbox/", views.outbox_health, name="outbox-health"),
]
