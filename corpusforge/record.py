"""The columns of a record, as Arrow schemas: acquired (raw), in work, published, and dropped.

A record is one document. Sources yield tables of `RAW`; `extract` turns the payload into text and
from then on a table has the columns of `WORK` (later stages fill columns in, they do not invent
new ones); `shard` publishes the columns of `PUBLISHED`. What a stage removes is described by
`DROPPED`, which never holds text.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

#: Where a licence is stated: how it was found, the words or address found, and the SHA-256 of the
#: copy that was looked at (empty where the evidence is a statement in the recipe).
EVIDENCE = pa.struct([("kind", pa.string()), ("value", pa.string()), ("digest", pa.string())])

#: Half-open code point ranges of a text and the language label of each.
SEGMENT = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("language", pa.string())])

#: One type of personal data and how many spans of it were masked.
PII_COUNT = pa.struct([("type", pa.string()), ("count", pa.int32())])

#: Named quality scores; null where no filter computed them. Shares are 0 to 1 of characters unless
#: the name says words or lines.
QUALITY = pa.struct(
    [
        ("words", pa.int32()),
        ("mean_word_length", pa.float32()),
        ("symbol_ratio", pa.float32()),
        ("alpha_words_share", pa.float32()),
        ("duplicate_lines_share", pa.float32()),
        ("duplicate_paragraphs_share", pa.float32()),
        ("top_2gram_share", pa.float32()),
        ("duplicate_5gram_share", pa.float32()),
        ("terminal_punctuation_share", pa.float32()),
        ("short_lines_share", pa.float32()),
        ("lines", pa.int32()),  # lines with a word in them
        ("stop_words", pa.int32()),  # different ones; null for a language without a list
        ("newlines_per_word", pa.float32()),
        ("bullet_lines_share", pa.float32()),
        ("ellipsis_lines_share", pa.float32()),
        ("duplicate_line_characters_share", pa.float32()),
        ("duplicate_paragraph_characters_share", pa.float32()),
        ("top_3gram_share", pa.float32()),
        ("top_4gram_share", pa.float32()),
        ("duplicate_6gram_share", pa.float32()),
        ("duplicate_7gram_share", pa.float32()),
        ("duplicate_8gram_share", pa.float32()),
        ("duplicate_9gram_share", pa.float32()),
        ("duplicate_10gram_share", pa.float32()),
        ("curly_brackets_share", pa.float32()),
        ("javascript_lines_share", pa.float32()),
        ("policy_lines_share", pa.float32()),
        ("lorem_ipsum", pa.int32()),
    ]
)

#: One score that a model gave, under the name the recipe gave it.
SCORE = pa.struct([("name", pa.string()), ("value", pa.float32())])

#: A person's name that a model found: its half-open code point range, its probability, its words.
#: The words tell `scrub` whether the text is still the one that was read; they are not published.
NAME_SPAN = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("score", pa.float32()),
        ("words", pa.string()),
    ]
)

#: The direction of a text's embedding: whole numbers, the largest of them 127 or -127.
EMBEDDING = pa.list_(pa.int8())

#: What made the row: digest of the acquired bytes, the record's key in them, and versions.
PROVENANCE = pa.struct(
    [
        ("acquired", pa.string()),
        ("key", pa.string()),
        ("extractor", pa.string()),
        ("identifier", pa.string()),
        ("scrubber", pa.string()),
    ]
)

ORIGINS = ("native", "translated", "synthetic")

_IDENTITY = [
    pa.field("id", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    # The record's native key in its source: a URL, a line number, a value of the key column.
    pa.field("key", pa.string(), nullable=False),
    pa.field("url", pa.string()),
    pa.field("title", pa.string()),
    pa.field("date", pa.string()),  # ISO 8601, as precise as is known: 2026, 2026-11, 2026-11-22
    pa.field("section", pa.string()),  # the part of the site or paper it stands in: Santé, فلاحة
    pa.field("domain", pa.string()),
    pa.field("license", pa.string()),  # SPDX expression or LicenseRef-…; null where none was found
    pa.field("license_evidence", EVIDENCE),
    pa.field("attribution", pa.string()),
    pa.field("origin", pa.string()),
    # Position of the source in the recipe: where duplicates meet, the lower number survives.
    pa.field("priority", pa.int32(), nullable=False),
    # "sha256:…" of the file or WARC record the bytes came from.
    pa.field("acquired", pa.string()),
]

#: What a source yields. Exactly one of `payload` (bytes to extract) and `text` is set.
RAW = pa.schema(
    [
        *_IDENTITY,
        pa.field("media_type", pa.string()),  # without parameters: text/html, application/pdf
        pa.field("charset", pa.string()),  # as declared by the transport; often wrong
        # HTTP response headers, lower-case names, where there was a response.
        pa.field("headers", pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))),
        # Reservations and opt-outs seen, e.g. "tdm-reservation:header", "noai:meta".
        pa.field("opt_outs", pa.list_(pa.string())),
        pa.field("payload", pa.binary()),
        pa.field("text", pa.string()),
    ]
)

#: What stages after `extract` pass on.
WORK = pa.schema(
    [
        *_IDENTITY,
        pa.field("author", pa.string()),
        pa.field("opt_outs", pa.list_(pa.string())),
        pa.field("text", pa.string(), nullable=False),
        pa.field("language", pa.string()),
        pa.field("language_score", pa.float32()),
        pa.field("language_margin", pa.float32()),
        pa.field("uncertain", pa.bool_()),
        pa.field("segments", pa.list_(SEGMENT)),
        pa.field("mixed", pa.float32()),
        pa.field("script", pa.string()),
        pa.field("quality", QUALITY),
        pa.field("scores", pa.list_(SCORE)),
        pa.field("names", pa.list_(NAME_SPAN)),
        pa.field("embedding", EMBEDDING),
        pa.field("pii", pa.list_(PII_COUNT)),
        # Least id of the record's near-duplicate cluster; splits keep clusters whole.
        pa.field("cluster", pa.string()),
        pa.field("extractor", pa.string()),
        pa.field("identifier", pa.string()),
        pa.field("scrubber", pa.string()),
    ]
)

#: The columns of a published row, in order.
PUBLISHED = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("language_score", pa.float32()),
        pa.field("segments", pa.list_(SEGMENT)),
        pa.field("script", pa.string()),
        pa.field("domain", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("url", pa.string()),
        pa.field("title", pa.string()),
        pa.field("date", pa.string()),
        pa.field("section", pa.string()),
        pa.field("license", pa.string(), nullable=False),
        pa.field("license_evidence", EVIDENCE),
        pa.field("attribution", pa.string()),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("quality", QUALITY),
        pa.field("scores", pa.list_(SCORE)),
        pa.field("pii", pa.list_(PII_COUNT)),
        pa.field("provenance", PROVENANCE),
        pa.field("text_sha256", pa.string(), nullable=False),
    ]
)

#: Columns that releases of earlier versions do not have; such releases stay whole and readable.
ADDED = ("section",)

#: One line for each record a stage removed.
DROPPED = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("url", pa.string()),
        pa.field("license", pa.string()),
        pa.field("language", pa.string()),
        pa.field("reason", pa.string(), nullable=False),  # snake_case or a code such as LIC011
        pa.field("detail", pa.string()),  # figures, never document text
        pa.field("duplicate_of", pa.string()),  # id, or id@version of a published record
    ]
)


def record_id(source: str, key: str) -> str:
    """The id of a record: 32 hex digits of SHA-256 over source id and native key, NUL between."""
    return hashlib.sha256(f"{source}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_published(schema: pa.Schema) -> bool:
    """Whether these are the columns of a published row, now or in an earlier version."""
    if schema.equals(PUBLISHED):
        return True
    without = [name for name in ADDED if name not in schema.names]
    expected = pa.schema([field for field in PUBLISHED if field.name not in without])
    return bool(schema.equals(expected))


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """`table` with exactly the columns of `schema`, in order; missing nullable ones become null.

    Raises:
        pa.ArrowInvalid: a value does not fit its column's type.

    """
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
