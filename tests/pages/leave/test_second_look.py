"""A second look for which nobody has a key: the page asks for the paper, not only once."""

import pytest

from portal.leave.choices import Missing, Verdict
from portal.leave.services.attestations import Finding
from portal.people.choices import Role
from portal.people.models import RoleGrant
from tests.factories import grant, make_employee
from tests.support.desk import at_the_desk, said
from tests.support.leave import give_vault
from tests.support.reviews import attest, hand_in, look, make_case, photo

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = "Please hand the certificate in once more"
SHORT = Finding(verdict=Verdict.NOT_ENOUGH, missing=(Missing.DATES,))


@pytest.mark.parametrize("keeper", [False, True])
def test_the_page_asks_for_the_paper_where_nobody_else_can_open_it(room, keeper):
    if not keeper:
        RoleGrant.objects.filter(user_id=room.other_reviewer.user_id).delete()
    row = make_case(room)
    hand_in(row, room.asker)
    look(row, room.reviewer)
    attest(row, room.reviewer, SHORT)
    if not keeper:
        late = make_employee("penelaahbaru", agency=room.agency)
        grant(late.user, room.agency, Role.REVIEWER)
        give_vault(late.user_id)
    browser, path = at_the_desk(room.asker), f"/cuti/{row.pk}/"
    assert "The doctor needs one more thing" in said(browser.get(path))

    browser.post(f"{path}telaah/", follow=True)

    # The second time no message of the deed is left: the page itself says it.
    page = said(browser.get(path))
    assert (AGAIN in page) is not keeper
    assert "The doctor needs one more thing" not in page
    if not keeper:
        assert f'href="{path}surat/"' in browser.get(path).content.decode()
        hand_in(row, room.asker, photo("b"))
        assert AGAIN not in said(browser.get(path))
