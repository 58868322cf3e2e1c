"""The WARC files of a crawl: writing them, reading one record back, and cutting off torn ends."""

from __future__ import annotations

import hashlib
import io
import os
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpusforge.sources.crawl.fetch import Answer

#: A new file is begun when one has grown over this.
FILE_BYTES = 1_000_000_000

#: Headers that are not true of the body as stored (no chunks, decompressed); they are kept under
#: another name, as Common Crawl does.
_RENAMED = frozenset({"content-encoding", "transfer-encoding", "content-length"})


def timestamp(seconds: float) -> str:
    """A time in the form of WARC-Date."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def payload_digest(body: bytes) -> str:
    """``sha256:…`` of a body."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Place:
    """Where a record lies."""

    file: str
    start: int
    length: int


class Archive:
    """Appends records to numbered WARC 1.1 files, one gzip member a record."""

    def __init__(self, root: Path, software: str, contact: str) -> None:
        self._root = root
        self._software = software
        self._contact = contact
        self._number = 0
        self._file: io.BufferedWriter | None = None
        self._writer: Any = None
        self._buffer = io.BytesIO()

    def resume(self, sizes: dict[str, int]) -> dict[str, int]:
        """Cut what was written but not committed; returns files shorter than was committed."""
        short: dict[str, int] = {}
        for path in sorted(self._root.glob("crawl-*.warc.gz")):
            self._number = max(self._number, int(path.name[6:11]) + 1)
            committed, actual = sizes.get(path.name, 0), path.stat().st_size
            if committed == 0:
                path.unlink()
            elif actual > committed:
                os.truncate(path, committed)
            elif actual < committed:
                short[path.name] = actual
        return short

    @property
    def position(self) -> tuple[str, int] | None:
        """The file being written and its length."""
        if self._file is None:
            return None
        return Path(self._file.name).name, self._file.tell()

    def close(self) -> None:
        """Bring everything to the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def write(self, answer: Answer, digest: str, facts: dict[str, str]) -> Place:
        """Write a response with its request and metadata; returns the response's place."""
        writer = self._open()
        response = self._response(writer, answer, digest)
        place = self._write(response)
        self._write_around(writer, answer, response, facts)
        return place

    def write_revisit(
        self, answer: Answer, digest: str, original_date: str, profile: str, facts: dict[str, str]
    ) -> None:
        """Write that a page is as it was: ``not-modified`` (304) or ``identical`` payload."""
        from warcio.statusandheaders import StatusAndHeaders

        writer = self._open()
        name = "server-not-modified" if profile == "not-modified" else "identical-payload-digest"
        record = writer.create_revisit_record(
            answer.url,
            digest=digest,
            refers_to_uri=answer.url,
            refers_to_date=original_date,
            http_headers=StatusAndHeaders(
                f"{answer.status} {answer.reason}".strip(), _stored_headers(answer), "HTTP/1.1"
            ),
            warc_headers_dict={"WARC-Date": timestamp(answer.started)},
        )
        record.rec_headers.replace_header(
            "WARC-Profile", f"http://netpreserve.org/warc/1.1/revisit/{name}"
        )
        self._write(record)
        self._write_around(writer, answer, record, facts)

    def _open(self) -> Any:
        from warcio.warcwriter import WARCWriter

        if self._file is not None and self._file.tell() >= FILE_BYTES:
            self.close()
        if self._file is None:
            path = self._root / f"crawl-{self._number:05d}.warc.gz"
            self._number += 1
            self._file = path.open("ab")
            self._buffer = io.BytesIO()
            self._writer = WARCWriter(self._buffer, gzip=False, warc_version="WARC/1.1")
            info = {
                "software": self._software,
                "format": "WARC File Format 1.1",
                "conformsTo": (
                    "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
                ),
                "robots": "obey (RFC 9309)",
                "http-header-user-agent": self._software,
                "operator": self._contact,
            }
            self._write(self._writer.create_warcinfo_record(path.name, info))
        return self._writer

    def _write(self, record: Any) -> Place:
        """Append a record as a gzip member of its own.

        warcio would compress at level 9, which takes three times as long for 2 % less.
        """
        assert self._file is not None
        self._buffer.seek(0)
        self._buffer.truncate()
        self._writer.write_record(record)
        packed = zlib.compress(self._buffer.getbuffer(), 6, wbits=31)
        start = self._file.tell()
        self._file.write(packed)
        self._file.flush()
        return Place(Path(self._file.name).name, start, len(packed))

    def _response(self, writer: Any, answer: Answer, digest: str) -> Any:
        from warcio.statusandheaders import StatusAndHeaders

        headers = _stored_headers(answer)
        headers.append(("Content-Length", str(len(answer.body))))
        return writer.create_warc_record(
            answer.url,
            "response",
            payload=io.BytesIO(answer.body),
            length=len(answer.body),
            http_headers=StatusAndHeaders(
                f"{answer.status} {answer.reason}".strip(), headers, "HTTP/1.1"
            ),
            warc_headers_dict={
                "WARC-Date": timestamp(answer.started),
                "WARC-Payload-Digest": digest,
            },
        )

    def _write_around(
        self, writer: Any, answer: Answer, response: Any, facts: dict[str, str]
    ) -> None:
        """The request that was sent, and how the page was found."""
        from warcio.statusandheaders import StatusAndHeaders

        from corpusforge.sources.crawl.urls import path_and_query

        concurrent = response.rec_headers.get_header("WARC-Record-ID")
        around = {"WARC-Date": timestamp(answer.started), "WARC-Concurrent-To": concurrent}
        request = writer.create_warc_record(
            answer.url,
            "request",
            http_headers=StatusAndHeaders(
                f"GET {path_and_query(answer.url)} HTTP/1.1",
                [(name, value) for name, value in answer.request_headers],
                is_http_request=True,
            ),
            warc_headers_dict=dict(around),
        )
        self._write(request)
        lines = {**facts, "fetchTimeMs": str(round(answer.seconds * 1000))}
        block = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
        metadata = writer.create_warc_record(
            answer.url,
            "metadata",
            payload=io.BytesIO(block),
            length=len(block),
            warc_content_type="application/warc-fields",
            warc_headers_dict=dict(around),
        )
        self._write(metadata)


def _stored_headers(answer: Answer) -> list[tuple[str, str]]:
    return [
        (f"X-Crawler-{name}" if name.lower() in _RENAMED else name, _one_line(value))
        for name, value in answer.headers
    ]


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def read_body(path: Path, start: int, length: int) -> bytes:
    """The body of the response record at a place, as it was stored.

    Raises:
        ValueError: there is no whole response record.

    """
    with path.open("rb") as file:
        file.seek(start)
        packed = file.read(length)
    try:
        record = zlib.decompressobj(31).decompress(packed)
    except zlib.error as problem:
        raise ValueError(f"{path.name}@{start} is not a gzip member") from problem
    head, mark, rest = record.partition(b"\r\n\r\n")
    http, second, body = rest.partition(b"\r\n\r\n")
    if not (head.startswith(b"WARC/1.") and mark and second and http.startswith(b"HTTP/")):
        raise ValueError(f"{path.name}@{start} is not a response record")
    return body.removesuffix(b"\r\n\r\n")
