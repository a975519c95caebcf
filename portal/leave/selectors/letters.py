"""Signed papers as they are kept, and what a code on one of them tells."""

from portal.vault.services import tag


def token_tag(token: str) -> bytes:
    """Return by what a paper is found from the code on it; the code itself is on paper only."""
    return tag("leave.paper", token)
