"""The bench runs and says something about every budget; speed itself is not asked here."""

import re

import pytest

from tests.performance.run import Plan, run
from tests.support import paper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_run_reports_every_budget(settings, monkeypatch, tmp_path):
    settings.REQUIRE_STAFF_MFA = False
    monkeypatch.setenv("TEDUH_PLAIN_STATIC", "1")
    plan = Plan(
        start=300, appointments=1_500, counsellors=24, requests=600, rounds=2, bookings=8,
        chromium=None,
    )  # fmt: skip
    text = run(plan)
    for part in ("P1 page", "P2", "P3 growth", "P4 free times", "P5 queries", "P7"):
        assert part in text
    for page in ("own leave", "HR queue", "superior's page", "reviewer's list"):
        assert text.count(f"\n| {page} ") == 3, page
    counts = dict(re.findall(r"^\| (hold|book) +\| (\d+)", text, re.MULTILINE))
    assert all(int(number) > 5 for number in counts.values()), counts
    assert "did not end in a booking: 0." in text

    there = tmp_path / "docs" / "measurements.md"
    paper.write_part("bench", text, paper=there)
    paper.write_part("drills", "a drill", paper=there)
    paper.write_part("bench", "measured again", paper=there)
    assert text not in there.read_text()
    assert there.read_text().count("measured again") == 1
    assert "a drill" in there.read_text()
