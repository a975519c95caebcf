"""The square code that leads to an address, as a picture made of one path."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
"""Empty modules around a code; readers need four."""


def qr_svg(text: str) -> SafeString:
    """
    Return a code as inline SVG that fits under the strictest content policy.

    One path without style, id or script, dark on its own white ground, so that it can be read
    in a dark theme too. Hidden from screen readers: write the address in words beside it.

    :raises ValueError: if the text is empty or longer than a code can hold.
    """
    if not text:
        raise ValueError("a code leads somewhere")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    rows = code.get_matrix()
    return format_html(
        '<svg class="code" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}"'
        ' aria-hidden="true" focusable="false" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{0}" fill="#ffffff"/><path d="{1}" fill="#000000"/></svg>',
        len(rows) + 2 * QUIET,
        "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in _runs(rows)),
    )


def _runs(rows: list[list[bool | None]]) -> list[tuple[int, int, int]]:
    """Return the dark runs of each row as (left, top, length), in modules."""
    runs: list[tuple[int, int, int]] = []
    for top, row in enumerate(rows, start=QUIET):
        left = 0
        for right, dark in enumerate([*row, False]):
            if not dark:
                if right > left:
                    runs.append((left + QUIET, top, right - left))
                left = right + 1
    return runs
