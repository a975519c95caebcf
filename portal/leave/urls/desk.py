"""Paths of HR and the authorised officials."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
