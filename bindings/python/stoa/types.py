"""The module under which pickles find field types."""

from stoa._schema.types import FieldType, type_named

__all__ = ["FieldType", "type_named"]
