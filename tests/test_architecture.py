import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from corpusforge.cli.app import FILES
from corpusforge.sources.kinds import SOURCES
from corpusforge.stages.kinds import OURS

ROOT = Path(__file__).parents[1]

#: Lower numbers may not import higher ones: data and knowledge go one way.
LAYERS = {
    "errors": 0,
    "codes": 0,
    "record": 0,
    "language": 1,
    "privacy": 1,
    "governance": 1,
    "extraction": 2,
    "sources": 2,
    "stages": 2,
    "recipe": 3,
    "release": 4,
    "annotation": 1,
    "tokens": 1,
    "report": 5,
    "build": 6,
    "cli": 7,
}
HEAVY = (
    *("aiohttp", "datasets", "datatrove", "docx", "fasttext", "granian", "huggingface_hub"),
    *("label_studio_sdk", "mlcroissant", "pandas", "pypdf", "registry", "rensa", "scipy"),
    *("fastokens", "sklearn", "tokenizers", "torch", "trafilatura", "transformers"),
)


def imports(path):
    """Modules of ours that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def test_imports_go_one_way():
    """A package imports only what lies below it, or beside it at the same height."""
    wrong = []
    for path in (ROOT / "corpusforge").rglob("*.py"):
        place = path.relative_to(ROOT / "corpusforge").parts[0].removesuffix(".py")
        if place not in LAYERS:
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "corpusforge" or len(parts) < 2 or parts[1] not in LAYERS:
                continue
            if LAYERS[parts[1]] > LAYERS[place]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_corpusforge_never_imports_the_registry():
    """The registry is known by its command line and its protocol only."""
    wrong = [
        str(path)
        for path in (ROOT / "corpusforge").rglob("*.py")
        if any(name.split(".")[0] == "registry" for name in imports(path))
    ]
    assert wrong == []


def test_the_registry_imports_only_rights_and_release_models():
    """The server stands on its own but for the models of governance and release."""
    allowed = ("corpusforge.governance", "corpusforge.release.model", "corpusforge.errors")
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "registry").rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] == "corpusforge" and not name.startswith(allowed)
    ]
    assert wrong == []


def loaded(*arguments):
    """What a command printed, and the modules that were loaded when it ended."""
    code = (
        "import sys\n"
        "from corpusforge.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    said, _, modules = done.stdout.rpartition("LOADED ")
    return said, set(modules.split())


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["check", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    """Asking for help costs no machine-learning library, no client and no server."""
    said, modules = loaded(*arguments)
    assert "Usage" in said
    assert sorted({name.split(".")[0] for name in modules} & set(HEAVY)) == []


def test_a_command_loads_its_own_file():
    """Commands of other files are neither imported nor made."""
    _, modules = loaded("plan", "--help")
    files = {f"corpusforge.cli.{file}" for file in FILES}
    assert modules & files == {"corpusforge.cli.build"}


@pytest.mark.parametrize("file", FILES)
def test_the_commands_of_each_file_are_known(file):
    """A command that its file has and the list has not would be found by `--help` alone."""
    app = typer.Typer()
    importlib.import_module(f"corpusforge.cli.{file}").register(app)
    commands = [each.name or each.callback.__name__ for each in app.registered_commands]
    assert sorted([*commands, *(each.name for each in app.registered_groups)]) == sorted(
        FILES[file]
    )


RECIPE = """\
name: commons/idle
version: 1.0.0
released: 2026-11-22
title: Idle
description: Nothing that changes.
domain: health
tier: open
contact: {name: Someone, email: data@example.org}
sources:
  - id: rows
    kind: files
    path: rows.jsonl
    fields: {text: text}
    license: CC0-1.0
    evidence: {statement: Written for this test.}
stages:
  - kind: extract
  - kind: identify
  - kind: scrub
  - kind: shard
"""
#: What a build works with where there is work, or where its recipe asks for it.
IDLE = (
    *("corpusforge.annotation.ledger", "corpusforge.build.annotation", "corpusforge.tokens"),
    *("corpusforge.extraction.html", "corpusforge.extraction.order", "corpusforge.release.copies"),
    *("corpusforge.language.model", "corpusforge.privacy.detector", "corpusforge.release.hub"),
    *("corpusforge.sources.addresses", "google", "http.client", "license_expression", "lxml"),
    *("pyarrow.parquet", "sqlite3"),
)


def test_a_build_without_work_loads_what_its_recipe_names(tmp_path):
    """Other kinds, and what stages compute with, are loaded when they are needed."""
    recipe = tmp_path / "idle.yaml"
    recipe.write_text(RECIPE, "utf-8")
    text = "Les soins sont gratuits dans ce centre de santé, et chacun peut y venir le matin."
    rows = [{"text": text}, {"text": "الصحة ديال الناس مهمة بزاف وخاص كل واحد يمشي عند الطبيب."}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    build = ("build", recipe, "--no-publish", "--workspace", tmp_path / "w", "--workers", 1)
    loaded(*build)
    said, modules = loaded(*build)
    assert "Nothing had changed" in said
    assert sorted(name for name in modules if name in IDLE) == []
    named = {"sources": {"files"}, "stages": {"extract", "identify", "scrub", "shard"}}
    for group, kinds in (("sources", SOURCES), ("stages", OURS)):
        here = {kind for kind in kinds if f"corpusforge.{group}.{kind}" in modules}
        assert here - {"dedup"} == named[group]  # its index of published versions is looked at
