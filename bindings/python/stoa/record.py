"""The name under which pickles find what makes records."""

from stoa._schema.record import Record, restore, set_values

__all__ = ["Record", "restore", "set_values"]
