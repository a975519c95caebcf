"""
Carry everything that is sealed from the database over to the newest row key.

Columns are found by their class, `RowSealedField`, and their context is derived (see
`sealing.row_context`). A room that keeps row-sealed values elsewhere, inside JSON of a
third-party table say, registers a function of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models
from django.db.models import Value
from django.db.models.expressions import F, Func

from portal.vault import keys
from portal.vault.fields import RowSealedField
from portal.vault.primitives import CannotOpen
from portal.vault.services.sealing import open_field, row_key_head, seal_field

_BATCH = 500
_resealers: dict[str, Callable[[], int]] = {}


@dataclass
class Resealed:
    """How many values each column carried over, and how many did not open."""

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)


def register_resealer(name: str, reseal_own: Callable[[], int]) -> None:
    """Name a function that re-seals what lies outside such columns and returns how many."""
    _resealers[name] = reseal_own


def reseal() -> Resealed:
    """
    Seal again, under the newest key, what was sealed under an older one.

    May run while the house is open, and may be interrupted and repeated: a value that changed
    meanwhile is left alone, for it was sealed with the newest key. A value that does not open
    is counted and left as it is.
    """
    report = Resealed()
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, RowSealedField):
                _reseal_column(model, each.name, report)
    for name, reseal_own in sorted(_resealers.items()):
        report.done[name] = reseal_own()
    return report


def _reseal_column(model: type[models.Model], name: str, report: Resealed) -> None:
    column = f"{model._meta.label}.{name}"
    report.done[column], report.failed[column] = 0, 0
    number, _ = keys.newest_row_key()
    head = Func(
        F(name), Value(1), Value(3), function="substring", output_field=models.BinaryField()
    )
    stale = (
        model._default_manager.exclude(**{f"{name}__isnull": True})
        .annotate(_head=head)
        .exclude(_head=row_key_head(number))
        .order_by("pk")
        .only("pk", name)
    )
    after: object = None
    while rows := list((stale.filter(pk__gt=after) if after else stale)[:_BATCH]):
        after = rows[-1].pk
        for row in rows:
            _reseal_value(row, name, column, report)


def _reseal_value(row: models.Model, name: str, column: str, report: Resealed) -> None:
    before = getattr(row, name)
    try:
        seal_field(row, name, open_field(row, name))
    except (CannotOpen, keys.KeyMissing):
        report.failed[column] += 1
        return
    unchanged = type(row)._default_manager.filter(**{"pk": row.pk, name: before})
    report.done[column] += unchanged.update(**{name: getattr(row, name)})
