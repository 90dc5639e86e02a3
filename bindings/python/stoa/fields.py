"""The name under which pickles find the mark of a field without a default."""

from stoa._schema.fields import MISSING

__all__ = ["MISSING"]
