"""Packed rows against the plainest way to say what they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusforge.tokens.columns import packed
from corpusforge.tokens.documents import Documents, with_eos
from corpusforge.tokens.packing import Share, rows, shares
from corpusforge.tokens.settings import Packing

EOS = 9


def docs(number, lengths, eos=EOS):
    """Documents of file `number`; every token says where it comes from."""
    ids = np.arange(sum(lengths), dtype=np.int32) + 1000 * (number + 1)
    names = pa.array([f"{number}:{index}" for index in range(len(lengths))], pa.string())
    return Documents(names, *with_eos(ids, np.array(lengths, np.int64), eos))


def plain(files, length, remainder, pad):
    """Rows as lists of (token, document, position), one file a stream or all in one."""
    streams = []
    for documents in files:
        stream = []
        start = 0
        for name, size in zip(documents.names.to_pylist(), documents.lengths.tolist(), strict=True):
            stream += [(int(documents.ids[start + n]), name, n) for n in range(size)]
            start += size
        streams.append(stream)
    if remainder == "carry":
        streams = [[token for stream in streams for token in stream]]
    found = []
    for stream in streams:
        cut = [stream[at : at + length] for at in range(0, len(stream), length)]
        if cut and len(cut[-1]) < length:
            if remainder == "pad":
                cut[-1] += [(pad, None, 0)] * (length - len(cut[-1]))
            else:
                cut.pop()
        found += cut
    return found


def spoken(batches):
    """Packed batches in the words of `plain`."""
    found = []
    for row in pa.Table.from_batches(
        batches, packed(batches[0].column(0).type.list_size)
    ).to_pylist():
        bounds = row["cu_seqlens"]
        assert bounds[0] == 0
        assert bounds[-1] == row["n_tokens"]
        assert bounds == sorted(set(bounds))
        tokens = []
        for name, first, low, high in zip(
            row["doc_ids"], row["doc_starts"], bounds, bounds[1:], strict=False
        ):
            tokens += [(row["input_ids"][n], name, first + n - low) for n in range(low, high)]
        found.append(tokens + [(i, None, 0) for i in row["input_ids"][row["n_tokens"] :]])
    return found


def pack(files, packing, eos=EOS):
    """All files of a split, each by its own task."""
    totals = [len(file.ids) for file in files]
    found = []
    given_shares = shares(totals, packing)
    for number, share in enumerate(given_shares):
        found += rows(files[number : number + share.files], share, packing, eos, "zgh_Tfng")
    return found, given_shares


@settings(max_examples=300, deadline=None)
@given(
    files=st.lists(st.lists(st.integers(0, 9), max_size=8), min_size=1, max_size=5),
    length=st.integers(2, 13),
    remainder=st.sampled_from(["carry", "drop", "pad"]),
    eos=st.sampled_from([EOS, None]),
)
def test_rows_hold_the_stream_and_know_its_documents(files, length, remainder, eos):
    """Whatever the files, documents and lengths: the tokens, documents and positions of a stream.

    Files are packed apart from each other, as tasks do; no token is lost but those counted.
    """
    if remainder == "pad":
        eos = EOS
    made = [docs(number, lengths, eos) for number, lengths in enumerate(files)]
    packing = Packing(seq_len=length, remainder=remainder)
    found, given_shares = pack(made, packing, eos)
    assert (spoken(found) if found else []) == plain(made, length, remainder, eos)
    total = sum(len(file.ids) for file in made)
    left = sum(share.short for share in given_shares)
    assert sum(share.tokens for share in given_shares) + left == total


def test_a_document_longer_than_a_row_goes_on_in_the_next():
    """Its position says where in the document the row begins."""
    found, _ = pack([docs(0, [7, 2])], Packing(seq_len=4, remainder="drop"))
    table = pa.Table.from_batches(found)
    assert table["doc_ids"].to_pylist()[0] == ["0:0"]
    assert table["doc_starts"].to_pylist()[1] == [4]
    assert table["input_ids"].to_pylist()[1] == [1004, 1005, 1006, EOS]


def test_a_row_of_padding_says_how_much_of_it_is_text():
    """The last row of each file is filled, and `n_tokens` ends before the filling."""
    found, given_shares = pack([docs(0, [3, 3]), docs(1, [1])], Packing(seq_len=5, remainder="pad"))
    table = pa.Table.from_batches(found)
    assert table["n_tokens"].to_pylist() == [5, 3, 2]
    assert table["input_ids"].to_pylist()[2] == [2000, EOS, EOS, EOS, EOS]
    assert [share.short for share in given_shares] == [3, 2]


def test_a_file_without_a_row_of_its_own_reads_nothing():
    """Its tokens stand in a row that began before it."""
    found = shares([10, 1, 1, 6], Packing(seq_len=9))
    assert found == [
        Share(0, 18, 0, 4),
        Share(1, 0, 0, 1),
        Share(1, 0, 0, 1),
        Share(6, 0, 0, 1),
    ]


@pytest.mark.parametrize("remainder", ["carry", "drop"])
def test_what_fills_no_row_is_counted(remainder):
    """At the end of the split, or of each file."""
    found = shares([10, 12], Packing(seq_len=7, remainder=remainder))
    assert sum(share.short for share in found) == {"carry": 1, "drop": 8}[remainder]
    assert sum(share.tokens for share in found) == {"carry": 21, "drop": 14}[remainder]
