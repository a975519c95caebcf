"""The roster of a hundred thousand people, through its own command in a place of its own."""

import os
import subprocess
import sys

from tests.support.web import ROOT

LINES = 100_000


def test_a_large_roster(report):
    kept = ("DATABASE_URL", "REDIS_URL", "TEDUH_", "DJANGO_", "PYTEST_")
    shell = {name: text for name, text in os.environ.items() if not name.startswith(kept)}
    done = subprocess.run(
        [sys.executable, "-m", "portal.embedded.throwaway", sys.executable,
         "tests/drills/roster_100k.py", str(LINES)],
        cwd=ROOT, env=shell, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("made:")]
    report("A roster of 100,000 people", "```text\n" + "\n".join(lines) + "\n```")
