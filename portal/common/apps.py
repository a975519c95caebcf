"""The shelf of small things."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Small things with no home."""

    name = "portal.common"
    label = "common"
