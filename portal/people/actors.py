"""Who does something, as the services see them."""

from dataclasses import dataclass
from uuid import UUID

from portal.people.choices import Role


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody signed in: an employee or an external counsellor."""

    user_id: UUID
    agency_id: UUID | None
    zone: str
    roles: frozenset[Role] = frozenset()
    has_mfa: bool = False

    def __repr__(self) -> str:
        return "<account>"


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Somebody without an account who holds six words; ``code_tag`` is their keyed hash."""

    code_tag: bytes

    def __repr__(self) -> str:
        return "<code holder>"


Actor = Account | CodeHolder
