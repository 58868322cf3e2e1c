import shutil

import pytest
from builders import (
    Lose,
    Raise,
    Shout,
    Uniq,
    fail,
    lengths,
    lose,
    make_context,
    make_records,
    shout,
    uniq,
)

from corpusforge.build.barrier import run_barrier
from corpusforge.build.fingerprint import stage_key
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tasks import Step, Task, receipts_so_far, run_task
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.stages.stage import Stage


def step(config, run, context):
    return Step(Stage(type(config), run), config, stage_key(config, context))


def test_a_chain_leaves_a_receipt_for_every_stage(tmp_path):
    """Counts, reasons and parts of each stage are kept, and the second run computes nothing."""
    workspace, context = Workspace(tmp_path), make_context()
    steps = (step(Shout(), shout, context), step(Shout(least=40), shout, context))
    part = workspace.parts.write(make_records(10))
    receipts = run_task(Task(workspace, steps, part, context))
    assert [r.rows_in for r in receipts] == [10, 10]
    assert receipts[1].reasons == {"too_short": 10 - receipts[1].rows_out}
    assert receipts_so_far(workspace, steps, part) == receipts


def test_changing_one_stage_leaves_those_before_it(tmp_path):
    """Only the changed stage, and what follows, has no receipt."""
    workspace, context = Workspace(tmp_path), make_context()
    first = step(Shout(), shout, context)
    part = workspace.parts.write(make_records(10))
    run_task(Task(workspace, (first, step(Shout(least=5), shout, context)), part, context))
    changed = (first, step(Shout(least=6), shout, context))
    assert len(receipts_so_far(workspace, changed, part)) == 1


def test_a_stage_that_raises_is_named_with_its_part(tmp_path):
    """The user learns which stage failed on which part, not a traceback."""
    workspace, context = Workspace(tmp_path), make_context()
    part = workspace.parts.write(make_records(2))
    with pytest.raises(BuildError, match=f"BLD003 stage raise, part {part[:12]}.*no luck"):
        run_task(Task(workspace, (step(Raise(), fail, context),), part, context))


def test_records_cannot_vanish_without_a_reason(tmp_path):
    """A stage that neither keeps nor drops a record is refused."""
    workspace, context = Workspace(tmp_path), make_context()
    part = workspace.parts.write(make_records(2))
    with pytest.raises(BuildError, match=r"BLD004.*2 records vanished"):
        run_task(Task(workspace, (step(Lose(), lose, context),), part, context))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_barrier_sees_all_parts_and_keeps_its_side_files(tmp_path, workers):
    """Duplicates over parts meet, side files are in the artifact, a second run is a look-up."""
    workspace, context = Workspace(tmp_path), make_context()
    parts = tuple(workspace.parts.write(make_records(n)) for n in (4, 6))
    seen = []
    with LocalExecutor(workers) as executor:
        manifest = run_barrier(
            workspace, executor, step(Uniq(), uniq, context), parts, context, seen.append
        )
        again = run_barrier(
            workspace, executor, step(Uniq(), uniq, context), parts, context, seen.append
        )
    assert [r.rows_out for r in manifest.receipts] == [4, 2]
    assert manifest.receipts[1].reasons == {"duplicate": 4}
    assert again == manifest
    side = workspace.artifact(manifest.fingerprint) / "side" / "total.txt"
    assert int(side.read_text()) > 0
    assert set(manifest.side) == {"total.txt"}


def test_a_barrier_writes_nothing_for_a_part_that_stays(tmp_path):
    """None instead of a split: the part itself goes on, all its rows counted."""
    workspace, context = Workspace(tmp_path), make_context()
    parts = tuple(workspace.parts.write(make_records(n)) for n in (4, 6))

    def look(stored, config, context, work):
        del config, context, work
        yield from (None for _ in range(len(stored)))

    with LocalExecutor(1) as executor:
        manifest = run_barrier(
            workspace, executor, step(Uniq(), look, context), parts, context, lambda _: None
        )
    assert manifest.parts == parts
    assert [(r.rows_in, r.rows_out, r.reasons) for r in manifest.receipts] == [
        (4, 4, {}),
        (6, 6, {}),
    ]


def test_a_barrier_has_one_name_for_its_parts_in_any_order(tmp_path):
    """The order in which sources happen to be read is part of no fingerprint."""
    from corpusforge.build.barrier import barrier_fingerprint

    one = step(Uniq(), uniq, make_context(tmp_path))
    assert barrier_fingerprint(one, ["b", "a"]) == barrier_fingerprint(one, ["a", "b"])


def test_what_is_derived_of_a_part_is_kept_for_one_version_of_the_stage(tmp_path):
    """A stage that reads parts otherwise by now does not take what its last version derived."""

    class Later(Uniq):
        VERSION = "2"

    workspace, context = Workspace(tmp_path), make_context(tmp_path)
    parts = (workspace.parts.write(make_records(10)),)

    def derived(config):
        def derive_alone(parts, config, context, work):
            del config, context
            list(work.derive(lengths, parts, ["text"], 2))
            yield from (None for _ in range(len(parts)))

        before = {path.name for path in (tmp_path / "receipts").glob("*/*")}
        with LocalExecutor(1) as executor:
            one = step(config, derive_alone, context)
            run_barrier(workspace, executor, one, parts, context, lambda _: None)
        return len({path.name for path in (tmp_path / "receipts").glob("*/*")} - before)

    assert derived(Uniq()) == 1
    shutil.rmtree(tmp_path / "artifacts")
    assert derived(Uniq()) == 0
    assert derived(Later()) == 1
