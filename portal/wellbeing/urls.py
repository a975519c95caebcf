"""Paths of the contacts' desk."""

from django.urls import path

from portal.wellbeing import views

app_name = "wellbeing"
urlpatterns = [
    path("l/kontak/", views.contact_list, name="contact-list"),
    path("l/kontak/baru/", views.contact_add, name="contact-add"),
    path("l/kontak/<uuid:contact_id>/", views.contact_change, name="contact-change"),
    path(
        "l/kontak/<uuid:contact_id>/diperiksa/", views.contact_confirm, name="contact-confirm"
    ),
    path("l/kontak/<uuid:contact_id>/pensiun/", views.contact_retire, name="contact-retire"),
    path("l/kontak/<uuid:contact_id>/kembali/", views.contact_restore, name="contact-restore"),
]
