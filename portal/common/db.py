"""What every room asks of PostgreSQL: keys, the one clock, locks, names of broken promises."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, OperationalError, connection, models, transaction

_LOCK_NOT_AVAILABLE = "55P03"


class BaseModel(models.Model):
    """A row with a random key: it tells neither its age nor how many came before."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


def database_now() -> datetime:
    """Return the database's clock: the one clock of bookings, tasks and commands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    instant: datetime = row[0]
    return instant


def violated_constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint behind an error, or None when it carries none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name: str | None = getattr(diagnosis, "constraint_name", None)
    return name


def lock(namespace: str, subject_id: UUID, patience_seconds: float | None = None) -> None:
    """
    Wait for the advisory lock of one subject and hold it to the end of the transaction.

    Never a session lock: those outlive the transaction behind a pooler. With
    ``patience_seconds`` this wait, and every later wait for a lock in the same transaction,
    ends after that time.

    :raises TransactionManagementError: outside a transaction, where it would lock nothing.
    :raises ValueError: if the patience is shorter than a millisecond.
    :raises OperationalError: if the patience has run out; see `is_lock_timeout`.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lock needs a transaction around it")
    with connection.cursor() as cursor:
        if patience_seconds is not None:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true)",
                [f"{_milliseconds(patience_seconds)}ms"],
            )
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{namespace}:{subject_id}"],
        )


def is_lock_timeout(error: OperationalError) -> bool:
    """Return whether a wait for a lock ended because its patience had run out."""
    return getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _milliseconds(seconds: float) -> int:
    whole = round(seconds * 1000)
    if whole < 1:  # PostgreSQL takes 0 for "wait for ever"
        raise ValueError("patience lasts a millisecond at least")
    return whole
