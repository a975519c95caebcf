"""Paths of the facilitator pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
