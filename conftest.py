"""
What every test run stands on: servers, keys, a browser or a reason, and a count by kind.

The servers belong to the xdist controller; its workers inherit their addresses.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from portal.embedded.binaries import BoxError
from portal.embedded.throwaway import Throwaway, become_worker, clean_environment
from portal.vault.keys import make_all

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
NO_CHROMIUM = "no Chromium here: install it (Debian: apt-get install chromium) or set CHROMIUM"

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_opened: list[Throwaway] = []


def _open_place() -> None:
    """Start the servers of this run and lead this process, and its workers, into them."""
    clean_environment()
    place = Throwaway()
    _opened.append(place)
    try:
        os.environ.update(place.start())
    except BoxError as error:
        place.stop()
        pytest.exit(str(error), returncode=3)
    make_all(place.keys)


# At import: pytest-django reads the settings right after the conftests are loaded.
# Playwright keeps an event loop in its thread for the whole session; Django would refuse rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
if not _worker:
    _open_place()
become_worker(int(_worker.removeprefix("gw") or 0))


def pytest_unconfigure() -> None:
    """Stop the servers when the controller leaves."""
    while _opened:
        _opened.pop().stop()


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
