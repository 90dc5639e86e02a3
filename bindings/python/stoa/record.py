"""The module under which pickles find the functions that make records."""

from stoa._schema.record import Record, restore, set_values

__all__ = ["Record", "restore", "set_values"]
