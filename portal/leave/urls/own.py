"""Paths of whoever asks for leave."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
