"""What the public page on who can see what calls the things of this room."""

from django.utils.translation import gettext_lazy as _

MEETING = _("Your booked meeting")
WRITTEN = _("What you wrote before a meeting")
NICKNAME = _("Your nickname")
ADDRESS = _("The private address for your reminders")
