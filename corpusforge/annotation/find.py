"""Where Label Studio is installed, and its version, without running it.

`label-studio --version` starts a server; so the version is read from the package's metadata.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from corpusforge.annotation.client import SUPPORTED
from corpusforge.errors import AnnotationError

#: The release that everything was tried with.
VERSION = "1.23.2"
COMMAND = f"uv tool install label-studio=={VERSION}"


class Installed(NamedTuple):
    """A Label Studio that can be started."""

    path: Path
    version: str


def find_label_studio(given: Path | None = None) -> Installed:
    """The Label Studio to start: `given`, or that of `--install`, of `uv tool`, or on PATH.

    `given` is the program, or the environment it is in.

    Raises:
        AnnotationError: ANN030, there is none; ANN031, of a version that was not tried.
    """
    looked = [given] if given else [place for place in _places() if place is not None]
    for place in looked:
        program = _program(place)
        if program is not None:
            version = installed_version(program)
            if not version.startswith(f"{SUPPORTED}."):
                raise AnnotationError(
                    "ANN031",
                    f"Label Studio {version} was not tried, {SUPPORTED}.x was",
                    where=str(program),
                    hint=f"install the one that was: {COMMAND} "
                    "(or name another with --label-studio)",
                )
            return Installed(program, version)
    names = ", ".join(str(place) for place in looked) or "PATH"
    raise AnnotationError(
        "ANN030",
        "Label Studio is not installed" if not given else "there is no Label Studio there",
        where=names,
        hint=f"{COMMAND}   (or give this command --install, or --label-studio PATH)",
    )


def own_environment() -> Path:
    """Where `install` puts it: a folder of the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "corpusforge" / f"label-studio-{VERSION}"


def install(environment: Path | None = None) -> Installed:
    """Install the tried release in an environment of its own; done already is fine.

    Raises:
        AnnotationError: ANN032, it cannot be installed; holds the last lines of why.
    """
    environment = environment or own_environment()
    finished = environment / "complete"
    if not finished.exists():
        shutil.rmtree(environment, ignore_errors=True)
        environment.parent.mkdir(parents=True, exist_ok=True)
        for command in _install_commands(environment):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                shutil.rmtree(environment, ignore_errors=True)
                raise AnnotationError(
                    "ANN032",
                    "Label Studio cannot be installed: " + " ".join(done.stderr.split())[-300:],
                    where=" ".join(command[:3]),
                    hint=f"try it by hand: {COMMAND}",
                )
        finished.touch()
    return find_label_studio(environment)


def _install_commands(environment: Path) -> list[list[str]]:
    package = f"label-studio=={VERSION}"
    python = str(environment / "bin" / "python")
    uv = shutil.which("uv")
    # Compiled on installing: without bytecode every start costs twice the time.
    if uv is None:
        return [
            ["python3", "-m", "venv", str(environment)],
            [python, "-m", "pip", "install", "--quiet", "--compile", package],
        ]
    return [
        [uv, "venv", "--quiet", str(environment)],
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, package],
    ]


def _places() -> tuple[Path | None, ...]:
    on_path = shutil.which("label-studio")
    own = own_environment()
    return (
        own if (own / "complete").exists() else None,
        _uv_tool(),
        Path(on_path) if on_path else None,
    )


def _uv_tool() -> Path | None:
    uv = shutil.which("uv")
    if uv is None:
        return None
    done = subprocess.run([uv, "tool", "dir"], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) / "label-studio" if done.returncode == 0 else None


def _program(place: Path) -> Path | None:
    for program in (place, place / "bin" / "label-studio", place / "Scripts" / "label-studio.exe"):
        if program.is_file() and os.access(program, os.X_OK):
            return program
    return None


def installed_version(program: Path) -> str:
    """The version of the package a program belongs to, "unknown" if there is no telling."""
    root = program.resolve().parent.parent
    for found in sorted(root.glob("lib/python*/site-packages/label_studio-*.dist-info")):
        return found.name.removeprefix("label_studio-").removesuffix(".dist-info")
    # A wrapper elsewhere: the interpreter its first line names knows.
    first = program.read_bytes()[:300].split(b"\n", 1)[0]
    if not first.startswith(b"#!"):
        return "unknown"
    code = "import importlib.metadata as m; print(m.version('label-studio'))"
    done = subprocess.run(
        [*first[2:].decode(errors="replace").split(), "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"
