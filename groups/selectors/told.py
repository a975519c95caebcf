"""What the inbox and the reminders say about groups, from the facts of the moment."""


def register() -> None:
    """Tell the outbox what this room may say."""
