"""The module under which pickles find the marker of a field without a default."""

from stoa._schema.fields import MISSING

__all__ = ["MISSING"]
