"""Whether what a reader beside the station's loop finds may be told: not while nobody knows what the disk holds."""

from __future__ import annotations

from openline.line.ports import Store


def check_durable(store: Store) -> None:
    """Raises StoreDown while the outcome of a commit is unknown, or the store could not be opened again. A reader with
    a connection of its own would show what was written and may never have become durable. (R-193)"""
    store.submission("")  # the store itself says so
