"""What the public page on who can see what calls the things of this room."""

from typing import Final

from django.utils.translation import gettext_lazy as _

MEMBERSHIP: Final = _("That you are in a circle, and which")
NICKNAME: Final = _("Your nickname in a circle")
APPLICATION: Final = _("What you write when you ask to join a circle")
AVOIDED: Final = _("Whom you would rather not meet in a circle")
SIGNAL: Final = _("What you let the facilitators know during a meeting of a circle")
ADDRESS: Final = _("The private address for news of a circle")
