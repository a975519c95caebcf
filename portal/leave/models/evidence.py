"""What is sealed: words and certificates; and the verdict that takes their place."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.common.db import BaseModel
from portal.leave.choices import Issuer, Missing, Verdict
from portal.leave.models.requests import LeaveRequest
from portal.vault.fields import RowSealedField, SealedField, TagField, sealed_check, tag_check

ATTESTED_ONCE: Final = "attestation_stands_alone"


class HealthDossier(BaseModel):
    """
    The sealed side of a request. It points to the request; nothing points to it from there.

    Every request of every kind has one, made when it is sent, so that its being there tells
    nothing. ``reviewer`` is whoever took it on.
    """

    request = models.OneToOneField(LeaveRequest, on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    not_again = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """Who gave the first verdict when a second look was asked for."""
    emptied_on = models.DateField(null=True, blank=True)


class Evidence(BaseModel):
    """
    Something handed in, sealed under a key of its own: a certificate, or a few words.

    ``sha256`` is of the file as it was handed in, so that the employee can show which paper was
    meant; words have none. Pages are deleted by the retention schedule, this row stays.
    """

    dossier = models.ForeignKey(HealthDossier, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveSmallIntegerField()
    is_words = models.BooleanField(default=False)
    pages = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, default="")
    handed_in_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="evidence_in_order")
        ]


class EvidencePage(BaseModel):
    """One page as a plain picture, or the words; sealed, without metadata or thumbnail."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="leaves")
    number = models.PositiveSmallIntegerField()
    sealed = SealedField()

    class Meta:
        constraints = [
            sealed_check("sealed", "evidence_page_is_sealed", SealedField),
            models.UniqueConstraint(
                fields=["evidence", "number"], name="evidence_page_in_order"
            ),
        ]


class EvidenceKey(BaseModel):
    """The key of a piece, sealed to one medical reviewer."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="keys")
    reviewer = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    sealed_key = SealedField()

    class Meta:
        constraints = [
            sealed_check("sealed_key", "evidence_key_is_sealed", SealedField),
            models.UniqueConstraint(
                fields=["evidence", "reviewer"], name="evidence_key_once_per_reviewer"
            ),
        ]


class EvidenceOpening(BaseModel):
    """That a reviewer opened a piece on a day; the employee reads it. Only ever added to."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="openings")
    reviewer = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    on_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "reviewer", "on_day"], name="evidence_opening_once_a_day"
            )
        ]


class Attestation(BaseModel):
    """
    The reviewer's verdict: dates, class of issuer, enough or not. It stays when the paper goes.

    A verdict NOT_ENOUGH has no number. ``missing`` is from the fixed vocabulary. The one that
    ``stands`` counts: none while the certificate is looked at anew. Its paper is valid until
    the next verdict has ``replaced`` it.
    """

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.CASCADE, related_name="attestations"
    )
    reviewer = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    covers_from = models.DateField(null=True, blank=True)
    covers_until = models.DateField(null=True, blank=True)
    issuer = models.CharField(max_length=10, choices=Issuer, blank=True, default="")
    missing = ArrayField(models.CharField(max_length=9, choices=Missing), default=list)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    number = models.CharField(max_length=120, blank=True, default="")
    sequence = models.PositiveIntegerField(null=True, blank=True)
    series = models.ForeignKey(
        "leave.LetterSeries", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_tag = TagField(null=True)
    pdf = RowSealedField(null=True)
    on_day = models.DateField()
    stands = models.BooleanField(default=True)
    replaced = models.BooleanField(default=False)

    class Meta:
        constraints = [
            sealed_check("pdf", "attestation_paper_sealed", RowSealedField),
            tag_check("token_tag", "attestation_token_length"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(stands=True), name=ATTESTED_ONCE
            ),
            models.UniqueConstraint(
                fields=["series", "sequence"], name="attestation_number_once"
            ),
            models.UniqueConstraint(fields=["token_tag"], name="attestation_token_once"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.NOT_ENOUGH)
                | Q(covers_from__isnull=False, covers_until__isnull=False),
                name="attestation_covers_dates",
            ),
        ]
