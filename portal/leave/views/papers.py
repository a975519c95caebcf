"""Papers of one's own request: the signed letter, and the form."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.common.files import FileKind, file_answer
from portal.leave.selectors.letters import own_form_pdf, own_letter_pdf
from portal.people.actors import actor_of
from portal.people.policies import Who, policy


@policy("leave.letter", who=(Who.OWNER,))
@require_safe
def letter(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand over the signed letter."""
    data = own_letter_pdf(actor=actor_of(request), request_id=request_id)
    return file_answer(data, FileKind.PDF)


@policy("leave.leave_form", who=(Who.OWNER,))
@require_safe
def leave_form(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Hand over the form, drawn from what is known now."""
    data = own_form_pdf(actor=actor_of(request), request_id=request_id)
    return file_answer(data, FileKind.PDF)
