"""How much of what is written to a group its pages show."""

from typing import Final

NEWEST: Final = 20
"""How many announcements are shown; older ones stay in the inboxes of those who have them."""
MOST_TEXTS: Final = 50
"""How many texts the reading list of a group holds."""
