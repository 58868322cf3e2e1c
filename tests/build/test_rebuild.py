import shutil

import pytest
from test_flow import RECIPE, digest, notes, write

from corpusforge.build.collect import collect
from corpusforge.build.rebuild import differing_files, rebuild
from corpusforge.build.run import Request, build
from corpusforge.build.workspace import Workspace
from corpusforge.errors import BuildError
from corpusforge.release.directory import read_manifest
from corpusforge.stages.filter.config import Filter


@pytest.fixture
def built(tmp_path):
    """A release of forty notes in Arabic, Latin and Tifinagh, its recipe and workspace."""
    write(tmp_path / "one.jsonl", notes(40))
    recipe = tmp_path / "notes.yaml"
    values = {"paths": "one.jsonl", "words": 5, "policy": "law-09-08", "version": "1.0.0"}
    recipe.write_text(RECIPE.format(**values), "utf-8")
    request = Request(recipe, tmp_path / "w", output=tmp_path / "out", publish=False)
    build(request, lambda *_, **__: None)
    return tmp_path


def again(root, *, workers=1, recipe="notes.yaml"):
    return rebuild(
        root / recipe,
        *read_manifest(root / "out"),
        workspace=root / "w",
        executor="local",
        workers=workers,
        report=lambda *_, **__: None,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_release_is_built_again_from_its_snapshot_and_nothing_cached(built, workers):
    """The source has changed and the cache is gone: the snapshot alone gives the same bytes."""
    write(built / "one.jsonl", notes(3, seed=5))
    for name in ("parts", "receipts", "artifacts"):
        shutil.rmtree(built / "w" / name)
    found = again(built, workers=workers)
    assert found.digest == f"sha256:{digest(built / 'out')}"
    assert found.parts >= 6
    assert not (built / "w" / "scratch" / "rebuild").exists()


def test_a_newer_snapshot_does_not_hide_the_one_it_was_built_from(built):
    """After another version of other bytes, the first still rebuilds; after `gc`, too."""
    write(built / "one.jsonl", notes(30, seed=1))
    newer = built / "newer.yaml"
    newer.write_text((built / "notes.yaml").read_text("utf-8").replace("1.0.0", "1.1.0"), "utf-8")
    build(Request(newer, built / "w", output=built / "o2", publish=False), lambda *_, **__: None)
    assert again(built).digest == f"sha256:{digest(built / 'out')}"
    collect(Workspace(built / "w"))
    assert again(built).digest == f"sha256:{digest(built / 'out')}"


def test_a_stage_of_another_version_is_named(built, monkeypatch):
    """Files and stage: what a steward looks at first."""
    monkeypatch.setattr(Filter, "VERSION", "999")
    with pytest.raises(BuildError, match="BLD013") as caught:
        again(built)
    assert "filter: version changed" in caught.value.where
    assert "differs" in caught.value.message


def test_another_recipe_is_said_to_be_another(built):
    """Fewer records come out, and the recipe is not the file it was."""
    text = (built / "notes.yaml").read_text("utf-8").replace("min_words: 5", "min_words: 26")
    (built / "stricter.yaml").write_text(text, "utf-8")
    with pytest.raises(BuildError, match="BLD013") as caught:
        again(built, recipe="stricter.yaml")
    assert "the recipe is not the same file" in caught.value.message
    assert "filter: config changed" in caught.value.where


@pytest.mark.parametrize("gone", ["snapshots", "runs"])
def test_without_what_it_was_built_from_there_is_one_clear_error(built, gone):
    """The snapshot, or the record of the build, is not in the workspace."""
    shutil.rmtree(built / "w" / gone)
    with pytest.raises(BuildError, match="BLD009"):
        again(built)


def test_every_differing_file_is_named_once(built):
    """New, missing and different ones."""
    listed, _ = read_manifest(built / "out")
    entries = list(listed.files)
    other = [entries[0].model_copy(update={"sha256": "0" * 64}), *entries[2:]]
    other.append(entries[1].model_copy(update={"path": "ⵣ.txt"}))
    found = differing_files(listed, listed.model_copy(update={"files": tuple(other)}))
    assert sorted(found) == sorted(
        [f"{entries[0].path} differs", f"{entries[1].path} is missing", "ⵣ.txt is new"]
    )
