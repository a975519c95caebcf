"""Paths of the first page and its neighbours, in words that tell nothing."""

from django.urls import path

from portal.home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("kata/", views.word, name="word"),
    path("kata/rehat/", views.rest, name="rest"),
    path("bantuan/", views.help_now, name="help"),
    path("kalender/", views.calendar, name="calendar"),
    path("kalender/<int:year>/", views.calendar, name="calendar-year"),
    path("saya/", views.mine, name="mine"),
    path("saya/atur/", views.settings_page, name="settings"),
    path("saya/atur/kabar/", views.mail, name="mail"),
    path("saya/di-sini/", views.stay, name="stay"),
    path("saya/mengerti/", views.known, name="known"),
]
