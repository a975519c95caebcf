"""Paths of medical reviewers."""

from django.urls import URLPattern, path

from portal.leave.views import review

urlpatterns: list[URLPattern] = [
    path("m/", review.reviews, name="reviews"),
    path("m/<uuid:request_id>/", review.review, name="review"),
    path("m/<uuid:request_id>/ambil/", review.review_take, name="review-take"),
    path("m/<uuid:request_id>/lepas/", review.review_release, name="review-release"),
    path(
        "m/halaman/<uuid:evidence_id>/<int:number>/",
        review.evidence_page,
        name="evidence-page",
    ),
]
