import ast
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["check", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    """Asking for help costs no machine-learning library, no client and no server."""
    code = (
        "import sys\n"
        "from corpusforge.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert "Usage" in done.stdout
    loaded = done.stdout.splitlines()[-1].split()
    assert loaded[0] == "LOADED"
    assert sorted(set(loaded) & set(HEAVY)) == []
