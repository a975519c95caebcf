"""The words of the first page and of a browser's settings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Greeting(TextChoices):
    """What the first page says by the hour; never with a name: somebody may look on."""

    MORNING = "morning", _("Good morning.")
    MIDDAY = "midday", _("Good day.")
    AFTERNOON = "afternoon", _("Good afternoon.")
    EVENING = "evening", _("Good evening.")


class Theme(TextChoices):
    """How bright the pages are; kept in a cookie of this browser alone."""

    SYSTEM = "", pgettext_lazy("theme", "As this device is set")
    LIGHT = "terang", pgettext_lazy("theme", "Light")
    DARK = "gelap", pgettext_lazy("theme", "Dark")
