"""The Label Studio project of a wave: made once, found again, never changed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from corpusforge.annotation.canonical import canonical, sha256
from corpusforge.annotation.client import Client, ReplyLostError
from corpusforge.annotation.configs import config_digest, labelling_config
from corpusforge.annotation.guidelines import guideline_digest, guideline_html
from corpusforge.annotation.ledger import Ledger, Wave
from corpusforge.annotation.tasks import task_type
from corpusforge.errors import AnnotationError

#: Orders of the queue a manifest may ask for (`order`). Keys are hashes and tasks are made in the
#: order of keys, so the plain sequence is a random one, and the same for all annotators: whatever
#: of a wave is answered in the end is a fair sample of it.
ORDERS = {"random": "Sequential sampling", "uncertain": "Uncertainty sampling"}

#: Answers wanted for a task where the manifest does not say (`answers_per_task`).
ANSWERS_PER_TASK = 3


def project_of(ledger: Ledger, wave: Wave, client: Client) -> int:
    """The project of a wave: the known one, or one that a lost reply left, or a new one.

    Raises:
        AnnotationError: ANN024, the known one is gone; ANN027, its configuration was changed.
    """
    marker = f"corpusforge wave {ledger.marker(wave.name)}"
    number = wave.project
    if number is None:
        found = client.find_projects(marker)
        if not found:
            with suppress(ReplyLostError):  # the list below tells whether it was made
                client.create_project(_fields(ledger, wave, marker))
            found = client.find_projects(marker)
        if not found:
            raise ReplyLostError(client.url, "the project was not made")
        number = found[0]["id"]
        for other in found[1:]:
            # A request whose reply was lost came through late: an empty twin.
            if other.get("task_number", 0) == 0:
                client.delete_project(other["id"])
        # What was asked is what stands here, also after an upgrade of ours that asks otherwise.
        config = sha256(labelling_config(task_type(wave.kind)).strip())
        ledger.add_event(wave.name, "pushing", project=number, url=client.url, config=config)
        wave = ledger.wave(wave.name)
    check_config(wave, client.project(number), client.url)
    return number


def check_config(wave: Wave, project: dict[str, Any], url: str) -> None:
    """Refuse a project whose labelling configuration is not the one the wave was pushed with.

    Raises:
        AnnotationError: ANN027.
    """
    if sha256(project["label_config"].strip()) != wave.facts.get("config"):
        raise AnnotationError(
            "ANN027",
            f"the labelling configuration of wave {wave.name} is not the one it was pushed with",
            where=f"{url}/projects/{project['id']}/settings/labeling",
            hint="somebody changed it (the open edition lets every account): put it back; answers "
            "to another configuration are answers to another question",
        )


def manifest_of(kind: str, **facts: Any) -> dict[str, Any]:
    """A wave's manifest: digests of what people see, and what its maker says of the drawing."""
    return {
        "kind": kind,
        "config_sha256": config_digest(task_type(kind)),
        "guideline_sha256": guideline_digest(kind),
        **facts,
    }


def _fields(ledger: Ledger, wave: Wave, marker: str) -> dict[str, Any]:
    kind = task_type(wave.kind)
    manifest = wave.manifest
    return {
        "title": f"{ledger.dataset.rpartition('/')[2]} · {kind.title} · {wave.name}"[:50],
        # What everybody may read: no model, no rule of the sampling, no record.
        "description": f"{marker} · manifest {sha256(canonical(manifest))[:16]}",
        "label_config": labelling_config(kind),
        "expert_instruction": guideline_html(wave.kind),
        "show_instruction": True,
        "show_skip_button": True,
        "enable_empty_annotation": kind.answer == "spans",
        "show_collab_predictions": True,
        "maximum_annotations": int(manifest.get("answers_per_task", ANSWERS_PER_TASK)),
        "sampling": ORDERS[manifest.get("order", "random")],
    }
