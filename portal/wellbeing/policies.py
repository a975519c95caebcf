"""Who may change a help contact: the head of the service. Reading them is for everybody."""

from uuid import UUID

from django.http import Http404

from portal.people.actors import Account
from portal.people.choices import Role
from portal.wellbeing.models import HelpContact


def may_edit_contacts(actor: Account) -> bool:
    """Return whether the actor looks after the help page."""
    return Role.HEAD in actor.roles


def get_contact_desk(*, actor: Account) -> None:
    """
    Let pass who looks after the help page.

    :raises Http404: if the actor does not.
    """
    if not may_edit_contacts(actor):
        raise Http404


def get_contact(*, actor: Account, contact_id: UUID, for_update: bool = False) -> HelpContact:
    """
    Return a contact to somebody who may change it, retired or not.

    :raises Http404: if there is none, or the actor may not.
    """
    get_contact_desk(actor=actor)
    rows = HelpContact.objects.select_for_update() if for_update else HelpContact.objects
    contact = rows.filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return contact
