"""Paths of the pages of members."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
