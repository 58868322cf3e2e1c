"""Label Studio over HTTP: the few requests we need, and what each failure means.

The requests are raw: the SDK lists 5,000 tasks in a minute where one request takes seconds. Keys of
both kinds are taken, legacy tokens and personal access tokens (which are refreshed).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

from corpusforge.errors import AnnotationError

if TYPE_CHECKING:
    import httpx2

#: The line of releases whose behaviour was measured.
SUPPORTED = "1.23"
PAGE = 1000  # -1 gives 100, not all
_TRIES = 4
_TIMEOUT = 300.0  # seconds: an import of 1,000 tasks, or a snapshot of a large project
_SNAPSHOT_WAIT = 900.0
#: Ids in one export request; each is some ten characters of the address.
_IDS = 200


class ReplyLostError(AnnotationError):
    """ANN026, the connection broke before the answer: the server may or may not have done it."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            "ANN026",
            f"the connection broke before Label Studio answered: {why}",
            where=url,
            hint="run the command again: it looks at what is there first, and does the rest",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return ReplyLostError, (self.where, self.message.partition(": ")[2])


class Client:
    """A Label Studio at `url`, as the owner of `api_key`."""

    def __init__(self, url: str, api_key: str, *, timeout: float = _TIMEOUT) -> None:
        import httpx2

        self.url = url.rstrip("/")
        self._http = httpx2.Client(base_url=self.url, timeout=timeout)
        self._api_key = api_key
        self._authorise()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _authorise(self) -> None:
        if self._api_key.count(".") != 2:
            self._http.headers["Authorization"] = f"Token {self._api_key}"
            return
        # A personal access token is a refresh token: it buys short-lived ones.
        response = self._send("POST", "/api/token/refresh", json={"refresh": self._api_key})
        if response.status_code != 200:
            raise self._refused()
        self._http.headers["Authorization"] = f"Bearer {response.json()['access']}"

    def _send(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """One request; reads are tried again, writes are not.

        Raises:
            ReplyLostError: a write whose answer did not come.
            AnnotationError: ANN020, nobody answers.
        """
        import httpx2

        tries = _TRIES if method == "GET" else 1
        for left in reversed(range(tries)):
            try:
                return self._http.request(method, path, **arguments)
            except httpx2.ConnectError as error:
                if not left:
                    raise self._unreachable(error) from error
            except httpx2.TransportError as error:
                if method != "GET":
                    raise ReplyLostError(self.url, str(error) or type(error).__name__) from error
                if not left:
                    raise self._unreachable(error) from error
            except httpx2.InvalidURL as error:
                raise self._unreachable(error) from error
            time.sleep(2.0 ** (tries - left - 2))
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _unreachable(self, error: Exception) -> AnnotationError:
        return AnnotationError(
            "ANN020",
            f"Label Studio does not answer: {str(error) or type(error).__name__}",
            where=self.url,
            hint="is it running (`corpusforge annotate serve`), and is LABEL_STUDIO_URL its "
            "address? What was done is kept; run the command again",
        )

    def _refused(self) -> AnnotationError:
        return AnnotationError(
            "ANN021",
            "Label Studio refuses the key",
            where=self.url,
            hint="set LABEL_STUDIO_API_KEY to a token of this server (Account & Settings); legacy "
            "tokens work only where the organisation allows them, `annotate serve` does",
        )

    def request(
        self, method: str, path: str, *, ok: Sequence[int] = (200,), **arguments: Any
    ) -> Any:
        """The answer's JSON, or None if it has none.

        Raises:
            AnnotationError: ANN020 to ANN022.
            ReplyLostError: a write whose answer did not come.
        """
        response = self._send(method, path, **arguments)
        if response.status_code == 401 and self._api_key.count(".") == 2:
            self._authorise()
            response = self._send(method, path, **arguments)
        if response.status_code in (401, 403):
            raise self._refused()
        if response.status_code not in ok:
            raise AnnotationError(
                "ANN022",
                f"Label Studio answered {response.status_code} to {method} "
                f"{path.partition('?')[0]}: {_detail(response)}",
                where=self.url,
                hint="its log says more; what was done is kept, run the command again",
            )
        if not response.content:
            return None
        return response.json()

    # The server

    def release(self) -> str:
        """Its version, such as 1.23.2.

        Raises:
            AnnotationError: ANN023, an older one than was tried, or no Label Studio.
        """
        response = self._send("GET", "/api/version")
        try:
            found = str(response.json()["release"])
            numbers = tuple(int(part) for part in found.split(".")[:2])
        except (ValueError, KeyError, TypeError):
            raise AnnotationError(
                "ANN023",
                "what answers there is no Label Studio",
                where=self.url,
                hint="LABEL_STUDIO_URL is the address that is seen in a browser, without a path",
            ) from None
        if numbers < tuple(int(part) for part in SUPPORTED.split(".")):
            raise AnnotationError(
                "ANN023",
                f"Label Studio {found} is older than {SUPPORTED}",
                where=self.url,
                hint=f"upgrade the server to {SUPPORTED}",
            )
        return found

    def invite_link(self) -> str:
        """The address where an annotator makes an account."""
        path = str(self.request("GET", "/api/invite")["invite_url"])
        return path if path.startswith("http") else self.url + path

    def emails(self) -> dict[int, str]:
        """E-mails of the accounts by id."""
        return {user["id"]: user["email"] for user in self.request("GET", "/api/users")}

    # Projects

    def find_projects(self, marker: str) -> list[dict[str, Any]]:
        """Projects whose description holds `marker`, oldest first."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.request("GET", "/api/projects/", params={"page": page, "page_size": 100})
            found += [one for one in answer["results"] if marker in (one["description"] or "")]
            if not answer.get("next"):
                return sorted(found, key=lambda one: one["id"])
            page += 1

    def create_project(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Make a project."""
        made: dict[str, Any] = self.request("POST", "/api/projects/", json=fields, ok=(201,))
        return made

    def project(self, project: int) -> dict[str, Any]:
        """A project's fields.

        Raises:
            AnnotationError: ANN024, it is not there.
        """
        response = self._send("GET", f"/api/projects/{project}/")
        if response.status_code == 404:
            raise AnnotationError(
                "ANN024",
                f"project {project} is not on this Label Studio",
                where=self.url,
                hint="is this the server it was pushed to? A deleted project comes back only from "
                "a backup; the answers that were pulled are in the ledger",
            )
        found: dict[str, Any] = self.request("GET", f"/api/projects/{project}/")
        return found

    def delete_project(self, project: int) -> None:
        """Remove a project with all in it."""
        self.request("DELETE", f"/api/projects/{project}/", ok=(204, 404))

    # Tasks

    def import_tasks(self, project: int, tasks: list[dict[str, Any]]) -> list[int]:
        """Make tasks, in one request; their ids, in order.

        Raises:
            ReplyLostError: no telling whether they were made: list them.
        """
        answer = self.request(
            "POST", f"/api/projects/{project}/import?return_task_ids=true", json=tasks, ok=(201,)
        )
        return list(answer["task_ids"])

    def tasks(self, project: int) -> Iterator[dict[str, Any]]:
        """`id`, `data` and the numbers of answers of every task."""
        include = "id,data,total_annotations,cancelled_annotations"
        yield from self._pages(project, {"include": include})

    def changed_tasks(self, project: int, since: str) -> list[int]:
        """Ids of tasks that were touched after `since`: answered, changed, an answer deleted."""
        item = {
            "filter": "filter:tasks:updated_at",
            "operator": "greater",
            "type": "Datetime",
            "value": since,
        }
        query = json.dumps({"filters": {"conjunction": "and", "items": [item]}})
        pages = self._pages(project, {"include": "id", "query": query})
        return sorted(task["id"] for task in pages)

    def _pages(self, project: int, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        page, seen = 1, 0
        while True:
            asked = {"project": project, "fields": "task_only", "page": page, "page_size": PAGE}
            response = self._send("GET", "/api/tasks", params={**asked, **parameters})
            if response.status_code == 404 and page > 1:
                return  # tasks were deleted meanwhile, there is no such page any more
            answer = (
                self.request("GET", "/api/tasks", params={**asked, **parameters})
                if (response.status_code != 200)
                else response.json()
            )
            yield from answer["tasks"]
            seen += len(answer["tasks"])
            if not answer["tasks"] or seen >= answer["total"]:
                return
            page += 1

    def delete_task(self, task: int) -> None:
        """Remove a task; fine if it is gone."""
        self.request("DELETE", f"/api/tasks/{task}/", ok=(204, 404))

    # Answers

    def export(self, project: int, ids: Sequence[int] | None = None) -> Iterator[dict[str, Any]]:
        """Tasks that have answers, with all their answers; of `ids` only, if given."""
        path = f"/api/projects/{project}/export"
        if ids is None:
            yield from self.request("GET", path, params={"exportType": "JSON"})
            return
        for start in range(0, len(ids), _IDS):
            chosen = [("ids[]", str(number)) for number in ids[start : start + _IDS]]
            yield from self.request("GET", path, params=[("exportType", "JSON"), *chosen])

    def snapshot(
        self, project: int, wait: Callable[[float], None] = time.sleep
    ) -> list[dict[str, Any]]:
        """Every answered task of one moment, checked against the server's own digest.

        Raises:
            AnnotationError: ANN025, the snapshot failed or came damaged.
        """
        made = self.request(
            "POST",
            f"/api/projects/{project}/exports/",
            json={
                "title": "corpusforge",
                "task_filter_options": {"only_with_annotations": True},
                "serialization_options": {
                    "drafts": {"only_id": True},
                    "predictions": {"only_id": True},
                },
            },
            ok=(201,),
        )
        path = f"/api/projects/{project}/exports/{made['id']}"
        deadline = time.monotonic() + _SNAPSHOT_WAIT
        try:
            while made["status"] not in ("completed", "failed"):
                if time.monotonic() > deadline:
                    break
                wait(1.0)
                made = self.request("GET", path)
            if made["status"] != "completed":
                raise self._no_snapshot(f"it is {made['status']}")
            response = self._send("GET", f"{path}/download", params={"exportType": "JSON"})
            if response.status_code != 200:
                raise self._no_snapshot(f"download answered {response.status_code}")
            digest = hashlib.md5(response.content, usedforsecurity=False).hexdigest()
            if made.get("md5") and digest != made["md5"]:
                raise self._no_snapshot("its bytes are not those the server wrote")
            tasks: list[dict[str, Any]] = response.json()
            return tasks
        finally:
            # Snapshots hold answers; none is left lying on the server.
            self.request("DELETE", path, ok=(204, 404))

    def _no_snapshot(self, why: str) -> AnnotationError:
        return AnnotationError(
            "ANN025",
            f"the snapshot of the project failed: {why}",
            where=self.url,
            hint="nothing was closed; run the command again, the server's log says more",
        )


def _detail(response: httpx2.Response) -> str:
    """What a refusal says, short, without the texts it may quote."""
    try:
        body = response.json()
    except ValueError:
        return "no reason given"
    if isinstance(body, dict):
        return str(body.get("detail") or ", ".join(sorted(body)))[:200]
    return "no reason given"
