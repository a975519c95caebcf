"""Paths of this room, in words that tell nothing: members, facilitators, head, duty."""

from groups.urls import coordination, facilitator, member, worries

app_name = "groups"
urlpatterns = [
    *member.urlpatterns,
    *facilitator.urlpatterns,
    *coordination.urlpatterns,
    *worries.urlpatterns,
]
