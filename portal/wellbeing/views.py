"""The desk of who looks after the help page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.people.actors import actor_of
from portal.people.policies import Who, policy
from portal.wellbeing import selectors, services
from portal.wellbeing.forms import ContactForm

RETIRED = "contact_retired"
"""Session key: the contact whose retiring can be undone on the next page."""


@policy("wellbeing.contact.list", who=(Who.HEAD,))
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """Show every contact, with its owner and its last check."""
    contacts = selectors.list_contacts(actor=actor_of(request), now=timezone.now())
    context = {"contacts": contacts, "undo_id": request.session.pop(RETIRED, None)}
    return render(request, "wellbeing/contact_list.html", context)


@policy("wellbeing.contact.add", who=(Who.HEAD,))
def contact_add(request: HttpRequest) -> HttpResponse:
    """Take in a new contact."""
    actor = actor_of(request)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = services.ContactWords(**form.cleaned_data)
        try:
            services.add_contact(actor=actor, words=words, now=timezone.now())
        except services.ContactRefused as refused:
            form.add_error("name", refused.reason.label)
        else:
            messages.success(
                request, _("The contact is on the page, marked “not checked yet”.")
            )
            return redirect("wellbeing:contact-list")
    return render(request, "wellbeing/contact_form.html", {"form": form})


@policy("wellbeing.contact.change", who=(Who.HEAD,))
def contact_change(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Change the words of a contact."""
    actor = actor_of(request)
    initial = selectors.contact_initial(actor=actor, contact_id=contact_id)
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        words = services.ContactWords(**form.cleaned_data)
        try:
            services.change_contact(
                actor=actor, contact_id=contact_id, words=words, now=timezone.now()
            )
        except services.ContactRefused as refused:
            form.add_error("name", refused.reason.label)
        else:
            messages.success(request, _("Saved."))
            return redirect("wellbeing:contact-list")
    context = {"form": form, "contact_id": contact_id}
    return render(request, "wellbeing/contact_form.html", context)


@policy("wellbeing.contact.confirm", who=(Who.HEAD,))
@require_POST
def contact_confirm(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Note that a contact was tried today."""
    services.confirm_contact(actor=actor_of(request), contact_id=contact_id, now=timezone.now())
    messages.success(request, _("Noted: tried today."))
    return redirect("wellbeing:contact-list")


@policy("wellbeing.contact.retire", who=(Who.HEAD,))
@require_POST
def contact_retire(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Take a contact off the page; the next page offers to undo it."""
    services.retire_contact(actor=actor_of(request), contact_id=contact_id, now=timezone.now())
    request.session[RETIRED] = str(contact_id)
    return redirect("wellbeing:contact-list")


@policy("wellbeing.contact.restore", who=(Who.HEAD,))
@require_POST
def contact_restore(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Put a retired contact back."""
    try:
        services.restore_contact(
            actor=actor_of(request), contact_id=contact_id, now=timezone.now()
        )
    except services.ContactRefused as refused:
        messages.error(request, refused.reason.label)
    else:
        messages.success(request, _("The contact is back on the page."))
    return redirect("wellbeing:contact-list")
