"""What was sealed to a key that is gone."""

from counselling.models import Appointment
from tests.pages.counselling.conftest import booked, unlock


def test_words_that_no_key_opens_any_more_are_said_calmly(practice, rina, sari, settings):
    own = booked(practice, rina, note="kalimat lama")
    row = Appointment.objects.get()
    sealed = bytes(row.sealed_request)
    Appointment.objects.update(sealed_request=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    unlock(sari, settings)

    page = sari.browser.get(f"/k/temu/{own}/")

    assert page.status_code == 200
    assert "kalimat lama" not in page.content.decode()
    assert "card seal" in page.content.decode()
