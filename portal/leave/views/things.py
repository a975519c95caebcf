"""What the public page on who can see what says about leave."""

from typing import Final

from django.utils.translation import gettext_lazy as _

REQUEST: Final = _("Your request for leave: dates, kind, days left")
REASON: Final = _("Why you ask for leave: your words and the certificate")
NUMBERS: Final = _("How many people had leave in a quarter")
DATES: Final = _("That you are away, and from when to when")
ADDRESS: Final = _("The address under which a calendar reads your leave")
PAPER: Final = _("A letter or an attestation with a code on it")
