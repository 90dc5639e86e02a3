"""Paths: fields of the rows that references refer to, as in `pets.owner.age`.

A Link is an expression whose values are rows of another table, the target. Its attributes are the
target's fields, read at these rows: expressions over the table that the path began at, or links
again. They are stale, too, once the target's columns were written to or its rows reordered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from stoa._access import masks
from stoa._lazy import bits, program, tree
from stoa._lazy.expression import Expression
from stoa._schema.fields import Field
from stoa._schema.record import described
from stoa._schema.references import reference_written
from stoa._schema.types import OBJECT, TYPES, FieldType, optional_type
from stoa._store import versions
from stoa._store.arrow import Export
from stoa._store.store import new_store
from stoa._store.targets import use_scatter
from stoa._store.versions import together
from stoa.errors import FieldNameError, WrongTypeError

if TYPE_CHECKING:
    from stoa._lazy.expression import Scope

IDS = optional_type(TYPES["uint64"])
VALUES = Field("values", IDS)


class Following:
    """The base of what refers to rows: the fields of these rows are its attributes.

    A field wins over a method of the same name.
    """

    __slots__ = ()

    def _link(self) -> Link:
        raise NotImplementedError

    def _target(self) -> Any:
        """The table that it refers to."""
        raise NotImplementedError

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._target()._store.columns:
            return super().__getattribute__(name)
        return field_at(self._link(), name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return field_at(self._link(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            refuse_to_store(tree.text_of(self._link()._node), name)

    def __dir__(self) -> list[str]:
        names = filter(str.isidentifier, self._target()._store.fields)
        return sorted({*super().__dir__(), *names})


def refuse_to_store(path: str, name: str) -> NoReturn:
    path = f"{path}.{name}"
    raise WrongTypeError(f"{path} cannot be assigned to, since {use_scatter(path)}")


class Link(Following, Expression):
    """A row of another table for each row, or None."""

    __slots__ = ("_field", "_from")  # which refers to it, of which store

    _from: Any
    _field: int

    def _link(self) -> Link:
        return self

    def _target(self) -> Any:
        return self._from.target_of(self._field)

    def _of(self, scope: Scope | None) -> Link:
        parts = self._node, self._store, self._rows, self._seen, self._keep
        return link_by(self._from, self._field, *parts, scope, self._is_whole)

    def _type(self) -> FieldType:
        self._check()
        found = reference_written(self._target()._store.record._stoa_family, "")
        assert found is not None
        assert found.or_none is not None
        return found.or_none

    def _ids(self) -> Any:
        """The ids of the rows that it refers to, 0 for None, as a memoryview; with a selection,
        those of the selected rows alone are right."""
        memory = program.room_for(self._rows, TYPES["uint64"])
        self._evaluate(IDS, memory, program.validity_for(self._rows))
        return memoryview(memory).cast("Q")[: self._rows]

    def _chosen_ids(self) -> Any:
        """The same of the selected rows alone."""
        ids = self._ids()
        if self._scope is None:
            return ids
        chosen = bits.taken(self._scope.bits_for(self._rows), ids, ids.itemsize)
        return memoryview(chosen).cast("Q")

    def _values(self) -> list[Any]:
        by_id = self._target().by_id
        ids = self._ids()
        if self._scope is not None:
            rows = [None] * self._rows
            for index in self._scope.indices():
                rows[index] = by_id(ids[index]) if ids[index] else None
            return rows
        return [by_id(id) if id else None for id in ids]

    def __getitem__(self, key: Any) -> Any:
        """For a name, that field of the rows, as the attribute; for an index, a row.

        Raises FieldNameError, RowIndexError and StaleError.
        """
        if isinstance(key, str):
            return field_at(self, key)
        if isinstance(key, slice):
            return super().__getitem__(key)  # type: ignore[index]
        return self._values()[masks.position(key, self._indices)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The ids, 0 for None, as an array of numpy in memory of its own."""
        import numpy

        made = numpy.array(self._chosen_ids())
        return made if dtype is None else made.astype(dtype, copy=False)

    def _stoa_source(self) -> Any:
        raise WrongTypeError("references go into a field of the same table: points.parent = …")

    def _for_arrow(self) -> Export:
        """Of the ids, null for None, which are found now."""
        made = new_store(described([VALUES]), 0, 0, self._store.layout)
        made.extend({VALUES.name: [each or None for each in self._chosen_ids()]})
        return Export(made, 0)


def link_by(store: Any, field: int, *parts: Any) -> Link:
    """A link by a reference field of a store: the table's, or one that a path leads to. parts: the
    arguments of an Expression."""
    made = Link(*parts)
    made._from, made._field = store, field
    return made


def field_at(link: Link, name: str) -> Expression:
    """A field of the rows that it refers to."""
    of = link._target()._store
    stored = of.columns.get(name)
    if stored is None:
        raise FieldNameError(
            f"{tree.text_of(link._node)} refers to rows of {of.record.__name__}, which have no "
            f"field {name!r}; the fields are: {', '.join(of.fields)}"
        )
    if stored.type is OBJECT:
        raise WrongTypeError(f"{name} is an object field: it cannot be computed with")
    seen = together(link._seen, tuple(versions.seen(of, each) for each in stored.cells()))
    parts = tree.path(link._node, stored), link._store, link._rows, seen, link._keep, link._scope
    if stored.type.kind == "r":
        return link_by(of, stored.index, *parts)
    return Expression(*parts)


def linked(store: Any, stored: Any, whole: Expression) -> Link:
    """A reference field, as the expression of it."""
    parts = whole._node, whole._store, whole._rows, whole._seen, whole._keep, whole._scope
    return link_by(store, stored.index, *parts)
