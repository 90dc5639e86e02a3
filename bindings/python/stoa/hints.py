"""Names that users of numpy, pandas and Polars look for in a table, and what to use here."""

from __future__ import annotations

from collections.abc import Iterable

ELSEWHERE = {
    "shape": "len(points) and len(points.fields)",
    "size": "len(points)",
    "ndim": "len(points.fields)",
    "columns": "points.fields",
    "dtypes": "points.fields",
    "dtype": "points.fields",
    "schema": "points.fields",
    "info": "repr(points), points.fields, points.nbytes and points.describe()",
    "iloc": "points[i], points[a:b], points[[i, j]]",
    "loc": "points.where(condition)",
    "query": "points.where(text)",
    "select": "points.where(condition) for rows, points.values(names) for fields",
    "with_columns": "points.x = expression, points.update(…), points.add_field(…)",
    "drop": "points.drop_field(name), or del points[i]",
    "rename": "points.rename_field(name, new_name)",
    "iterrows": "for row in points",
    "itertuples": "for x, y in points.values('x', 'y')",
    "iter_rows": "for x, y in points.values('x', 'y')",
    "apply": "expressions, as (points.x * 2).max(), or a loop over the rows",
    "concat": "points.extend(other)",
    "from_arrow": "stoa.from_arrow(data), points.extend_arrow(data)",
    "from_pandas": "stoa.from_arrow(frame), points.extend_arrow(frame)",
    "from_polars": "stoa.from_arrow(frame), points.extend_arrow(frame)",
    "to_duckdb": "duckdb.sql('select … from points'), duckdb.from_arrow(points)",
    "to_dict": "points.to_dicts()",
}


def text(name: str, fields: Iterable[str]) -> str:
    """The message for a name that is not a field, but known from other libraries."""
    return (
        f"there is no field {name!r} (the fields are {', '.join(fields)}); if another library's "
        f"{name} is meant: {ELSEWHERE[name]}"
    )
