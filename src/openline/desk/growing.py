"""A map that never changes and still grows cheaply: `put` answers with the next one and shares almost all of this one.

What was put lately lies in a small map of its own, which is copied; once it is full both become one. So `put` costs
about as much as copying LATELY_MAX entries, however many there are, and nobody who holds an older map sees a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")
LATELY_MAX: Final = 64
_GONE: Final = object()


class Growing(Mapping[K, V]):
    """In the order in which keys were put first, but for those that were put again since the maps became one."""

    __slots__ = ("_all", "_count", "_lately")

    def __init__(self, given: Mapping[K, V] | None = None) -> None:
        self._all: dict[K, V] = dict(given or {})
        self._lately: dict[K, V | object] = {}
        self._count = len(self._all)

    def __getitem__(self, key: K) -> V:
        found = self._lately.get(key, self._lately)
        if found is self._lately:
            return self._all[key]
        if found is _GONE:
            raise KeyError(key)
        return found  # type: ignore[return-value]

    def __iter__(self) -> Iterator[K]:
        lately = self._lately
        yield from (key for key in self._all if key not in lately or lately[key] is not _GONE)
        yield from (key for key, value in lately.items() if key not in self._all and value is not _GONE)

    def __len__(self) -> int:
        return self._count

    def put(self, key: K, value: V) -> Growing[K, V]:
        """The same with this key and value."""
        return self._next(key, value, self._count + (key not in self))

    def without(self, key: K) -> Growing[K, V]:
        """The same without this key; it is there, or this raises KeyError."""
        self[key]
        return self._next(key, _GONE, self._count - 1)

    def _next(self, key: K, value: V | object, count: int) -> Growing[K, V]:
        made: Growing[K, V] = Growing.__new__(Growing)
        made._all, made._lately, made._count = self._all, {**self._lately, key: value}, count
        if len(made._lately) > LATELY_MAX:
            whole = {**made._all, **made._lately}
            made._all = {one: of for one, of in whole.items() if of is not _GONE}  # type: ignore[misc]
            made._lately = {}
        return made
