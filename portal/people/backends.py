"""Reading the account behind a session together with its roles, in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.utils import timezone

from portal.people.actors import accounts_with_roles
from portal.people.models import User


class HouseBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in as allauth does; reads an account with what makes an actor of it."""

    def get_user(self, user_id: Any) -> User | None:  # noqa: ANN401 - Django's own
        """Return the open account of a session with its roles of today, or None."""
        user = accounts_with_roles(today=timezone.localdate()).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
