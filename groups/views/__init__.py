"""The pages of this room: members, facilitators, the head of the service, the duty."""
