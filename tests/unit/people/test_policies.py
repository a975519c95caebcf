"""The register of doors."""

import pytest
from django.http import HttpResponse

from portal.people.choices import Role
from portal.people.policies import Who, policy, registry


def view(request):
    """Answer."""
    return HttpResponse()


def test_a_policy_is_registered_and_marks_the_view():
    guarded = policy("tests.unit.a", who=(Who.OWNER, Who.ASSIGNED), sees={Who.OWNER: "all"})(
        view
    )
    assert guarded.policy in registry()
    assert guarded.policy.name == "tests.unit.a"
    assert guarded.login_required is True
    assert [entry.name for entry in registry()] == sorted(entry.name for entry in registry())


def test_an_anonymous_door_asks_for_no_sign_in():
    assert (
        policy("tests.unit.b", who=(Who.ANYONE,), anonymous=True)(view).login_required is False
    )


def test_the_same_name_may_guard_two_views_but_not_say_two_things():
    policy("tests.unit.c", who=(Who.HEAD,))(view)
    policy("tests.unit.c", who=(Who.HEAD,))(view)
    with pytest.raises(ValueError, match="twice"):
        policy("tests.unit.c", who=(Who.HR,))


@pytest.mark.parametrize("words", [{"who": ()}, {"who": (Who.HEAD,), "anonymous": True}])
def test_a_door_says_who(words):
    with pytest.raises(ValueError, match="say who"):
        policy("tests.unit.d", **words)


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ((Who.OWNER, Who.COUNSELLOR), None),
        ((Who.MANAGER,), None),
        ((Who.ASSIGNED,), {Role.COUNSELLOR}),
        ((Who.ADMIN, Who.DPO), {Role.ADMIN, Role.DPO}),
    ],
)
def test_a_role_is_needed_only_where_nobody_else_may_knock(who, roles):
    entry = policy(f"tests.unit.{'-'.join(who)}", who=who)(view).policy
    assert entry.roles == roles
