"""What every test run needs: an end for its servers, a browser or a reason, a count by kind."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests import place

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
NO_CHROMIUM = "no Chromium here: install it (Debian: apt-get install chromium) or set CHROMIUM"


def pytest_unconfigure() -> None:
    """Stop the servers when the process that started them leaves."""
    place.close()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return Chromium's path; missing, it fails with REQUIRE_BROWSER=1 and skips elsewhere."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    return CHROMIUM


def _kind(node: str) -> str:
    """Return the folder under `tests/` that a test lives in."""
    parts = Path(node.partition("::")[0]).parts
    return parts[1] if len(parts) > 2 else parts[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests of each kind ran, and how they ended."""
    kinds: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        for report in terminalreporter.stats.get(outcome, []):
            kinds.setdefault(_kind(report.nodeid), Counter())[outcome] += 1
    if not kinds:
        return
    terminalreporter.section("tests by kind")
    for kind, counts in sorted(kinds.items()):
        rest = ", ".join(f"{n} {name}" for name, n in counts.items() if name != "passed")
        terminalreporter.write_line(f"{kind:<14}{counts['passed']:>6} passed  {rest}".rstrip())
    total = sum(sum(counts.values()) for counts in kinds.values())
    terminalreporter.write_line(f"{'all':<14}{total:>6}")
