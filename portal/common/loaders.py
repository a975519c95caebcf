"""Templates are indented for who reads them; pages travel without it."""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class PageLoader(Loader):
    """
    Load the house's own templates and leave out what indents the lines of a page.

    Every break of a line stays, so that words stay apart and an error names the right line.
    Only what stands in the template is touched, never what somebody wrote.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return the text of a template."""
        text: str = super().get_contents(origin)
        return _INDENT.sub("", text) if origin.name.endswith(".html") else text
