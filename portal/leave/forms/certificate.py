"""Handing in a certificate: read in memory, sealed at once, never written down."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.forms import CertificateField
from portal.papers.pages import ACCEPT


class CertificateForm(forms.Form):
    """The certificate."""

    papers = CertificateField(
        label=_("Certificate"),
        help_text=_("A photo or a PDF. Several pages can be several files."),
        accept=ACCEPT,
    )
