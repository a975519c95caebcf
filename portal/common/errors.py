"""How a service says an expected no."""

from django.db.models import TextChoices


class Refused(Exception):
    """The rules, or the database, said no; ``reason.label`` is fit to show the person."""

    def __init__(self, reason: TextChoices) -> None:
        super().__init__(reason.value)
        self.reason = reason
