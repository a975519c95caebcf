"""Every notice of the house has decided: does the organisation speak, or did she ask for it?"""

import pytest

from portal.notifications import registry

ORGANISATION = frozenset({
    "temu.agenda_booked", "temu.agenda_cancelled", "temu.agenda_moved",
    "lingkar.f_applied", "lingkar.f_ask", "lingkar.f_assigned", "lingkar.f_co_left",
    "lingkar.f_concern", "lingkar.f_plan", "lingkar.f_stand_in", "lingkar.f_stands_in",
    "lingkar.h_gate", "lingkar.h_talk", "lingkar.h_undelivered",
    "cuti.h_asked", "cuti.h_overdue", "cuti.h_ready", "cuti.m_asked", "cuti.m_dates",
    "cuti.m_plan", "cuti.r_paper", "cuti.r_plan",
})  # fmt: skip
"""To people about their work here: silent while they are on leave."""
HER_OWN = frozenset({
    "temu.booked", "temu.called_off", "temu.cancelled", "temu.moved", "temu.reminder",
    "lingkar.agreement", "lingkar.announced", "lingkar.ended", "lingkar.first_come",
    "lingkar.invited", "lingkar.joined", "lingkar.lapsed", "lingkar.offered",
    "lingkar.plan_changed", "lingkar.queued", "lingkar.referred", "lingkar.reminder",
    "lingkar.removed",
    "cuti.decided", "cuti.ended", "cuti.evidence_late", "cuti.evidence_soon",
    "cuti.needs_more", "cuti.opened", "cuti.recounted", "cuti.return_plan", "cuti.sent",
})  # fmt: skip
"""About what somebody booked, joined or asked for herself: never silenced by a leave."""
SAFETY = frozenset({"lingkar.d_concern"})
"""Somebody may be in danger: never silenced by anything."""
NOTICES = [one for one in registry.list_notices() if not one.name.startswith("test.")]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.name)
def test_every_notice_has_decided_who_speaks(notice):
    decided = [notice.name in names for names in (ORGANISATION, HER_OWN, SAFETY)]
    assert decided.count(True) == 1, "say in one of the lists above who speaks"
    assert notice.organisation is (notice.name in ORGANISATION)


def test_the_lists_name_nothing_that_is_gone():
    assert {one.name for one in NOTICES} >= ORGANISATION | HER_OWN | SAFETY
