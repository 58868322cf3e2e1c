"""The columns of companion configs, between Arrow schemas and the release's model.

A stage that publishes beside the rows writes Parquet files whose fields carry a ``description`` in
their metadata; the release's model takes the columns from the files, and the documents and the
check of a release take them from the model.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from corpusforge.release.model import Column

DESCRIPTION = b"description"

_PLAIN = {
    str(kind): kind
    for kind in (
        *(pa.string(), pa.bool_(), pa.float32(), pa.float64()),
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    )
}


def columns_of(fields: Iterable[pa.Field]) -> tuple[Column, ...]:
    """The columns of an Arrow schema, with the descriptions in its fields' metadata.

    Raises:
        TypeError: a type that no companion may have.

    """
    return tuple(_column(field) for field in fields)


def _column(field: pa.Field) -> Column:
    said = (field.metadata or {}).get(DESCRIPTION, b"").decode()
    kind = field.type
    inner: tuple[Column, ...] = ()
    length = None
    if pa.types.is_struct(kind):
        name, inner = "struct", columns_of(kind)
    elif pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        name, inner = "list", (_column(kind.value_field),)
        length = kind.list_size if pa.types.is_fixed_size_list(kind) else None
    elif str(kind) in _PLAIN:
        name = str(kind)
    else:
        message = f"the column {field.name} has the type {kind}, which no companion may have"
        raise TypeError(message)
    return Column(
        name=field.name,
        type=name,
        description=said,
        nullable=field.nullable,
        length=length,
        fields=inner,
    )


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema of `columns`, without descriptions.

    Raises:
        TypeError: a type that no companion may have.

    """
    return pa.schema([_field(column) for column in columns])


def _field(column: Column) -> pa.Field:
    inner = [_field(each) for each in column.fields]
    if column.type == "struct":
        kind = pa.struct(inner)
    elif column.type == "list" and len(inner) == 1:
        kind = pa.list_(inner[0], column.length if column.length is not None else -1)
    elif column.type in _PLAIN:
        kind = _PLAIN[column.type]
    else:
        message = f"the column {column.name} has the unknown type {column.type}"
        raise TypeError(message)
    return pa.field(column.name, kind, nullable=column.nullable)


def bare(schema: pa.Schema) -> pa.Schema:
    """A schema without the metadata of its own or of its fields, however deep."""
    return schema_of(columns_of(schema))


def descriptions(columns: Iterable[Column], prefix: str = "") -> dict[str, str]:
    """What each column holds, by name; fields of a struct, in a list or not, by `column.field`."""
    found: dict[str, str] = {}
    for column in columns:
        name = f"{prefix}{column.name}"
        found[name] = column.description or column.name
        inner = column.fields[0] if column.type == "list" and column.fields else column
        if inner.type == "struct":
            found |= descriptions(inner.fields, f"{name}.")
    return found


def joined_licence(licences: Iterable[str]) -> str:
    """The expression under which rows of all these licences stand together."""
    found = sorted(set(licences))
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({each})" if " OR " in each else each for each in found)
