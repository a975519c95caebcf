"""Tables for a terminal and for `docs/measurements.md`; each run owns one part of it."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

PAPER = Path(__file__).resolve().parents[2] / "docs" / "measurements.md"
_HEAD = """# Measurements

What a run of `make bench` and of `make drills` printed last. Machines differ and shared ones
are noisy, so the figures to look at are the **ratios measured within one run** and the medians;
a lone time in milliseconds says little. The floor is a signed-in page that returns a constant
under the same web process and middleware.
"""


def machine() -> str:
    """Return neutral words about where this runs."""
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table in Markdown with aligned columns."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def verdict(value: float, budget: float, *, least: bool = False) -> str:
    """Say whether a budget is met."""
    good = value >= budget if least else value <= budget
    return "met" if good else "**missed**"


def write_part(name: str, text: str, *, paper: Path = PAPER) -> None:
    """Replace one part of the paper, or append it."""
    whole = paper.read_text("utf-8") if paper.exists() else _HEAD
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    part = f"{begin}\n{text.strip()}\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if found.search(whole):
        whole = found.sub(lambda _: part, whole)
    else:
        whole = f"{whole.rstrip()}\n\n{part}\n"
    paper.parent.mkdir(exist_ok=True)
    paper.write_text(whole, "utf-8")
