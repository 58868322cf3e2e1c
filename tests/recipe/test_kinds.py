"""Stages of other packages, by entry point."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Literal

import pytest

from corpusforge.recipe.load import load_recipe
from corpusforge.stages import kinds
from corpusforge.stages.stage import Stage, StageConfig, keep_all


class Hijri(StageConfig):
    """A stage of somebody else's."""

    kind: Literal["hijri_dates"] = "hijri_dates"


class Fake(StageConfig):
    """A stage with a kind of ours."""

    kind: Literal["scrub"] = "scrub"


HIJRI = Stage(Hijri, keep_all)


@pytest.fixture
def entries(monkeypatch):
    """Pretend that a package with these entry points is installed."""
    monkeypatch.setattr(kinds, "BROKEN", {})
    monkeypatch.setattr(kinds, "installed", kinds.installed.__wrapped__)

    def entries(**offered):
        def load(what):
            if isinstance(what, Exception):
                raise what
            return what

        found = [
            SimpleNamespace(
                name=name,
                value="package:thing",
                dist=SimpleNamespace(name="package"),
                load=lambda what=what: load(what),
            )
            for name, what in offered.items()
        ]
        monkeypatch.setattr(kinds, "entry_points", lambda **_: found)
        return kinds.installed()

    return entries


def test_a_stage_of_another_package_is_found(entries):
    """What an entry point offers can be named in a recipe."""
    assert entries(hijri_dates=HIJRI) == (HIJRI,)
    assert kinds.BROKEN == {}


def test_a_recipe_may_name_a_stage_of_another_package(entries, write, good):
    """It is read with the keys of that stage, beside those of ours."""
    entries(hijri_dates=HIJRI)
    loaded = load_recipe(write(good.replace("kind: dedup", "kind: hijri_dates")))
    assert [type(stage) for stage in loaded.recipe.stages if stage.kind == "hijri_dates"] == [Hijri]


@pytest.mark.parametrize(
    ("offered", "why"),
    [
        (ImportError("no module named x"), "fails to import: ImportError"),
        (Hijri, "not a Stage"),
        (Stage(Fake, keep_all), "taken"),
    ],
)
def test_a_broken_package_stops_nothing_and_is_remembered(entries, offered, why):
    """Recipes that do not use it still run; those that do are told why they cannot."""
    assert entries(hijri_dates=offered) == ()
    assert "package" in kinds.BROKEN["hijri_dates"]
    assert why in kinds.BROKEN["hijri_dates"]


def test_an_unknown_kind_says_what_is_wrong_with_the_package(entries, spoil):
    """The message of a kind that failed to load carries the reason."""
    entries(hijri_dates=ImportError("no module named x"))
    (problem,) = spoil("kind: dedup", "kind: hijri_dates")
    assert problem.code == "RCP015"
    assert "no module named x" in problem.hint


def test_kinds_are_named_once():
    """No two of ours share a kind, and each module has the stage it is named for."""
    assert [kinds.stage_of(kind).kind for kind in kinds.OURS] == list(kinds.OURS)
    assert len(kinds.OURS) == len(set(kinds.OURS))
