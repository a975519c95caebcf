"""Paths of medical reviewers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
