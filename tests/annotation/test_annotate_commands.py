from pathlib import Path

import pytest
from task_builders import make_wave
from typer.testing import CliRunner

from corpusforge.cli.annotate import open_ledger
from corpusforge.cli.app import application
from corpusforge.errors import AnnotationError


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command of the group on a workspace; an error is raised as it is."""
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments):
        command = ["annotate", *arguments, "--workspace", str(tmp_path)]
        result = CliRunner().invoke(application(), command)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.mark.parametrize("command", ["push", "pull"])
def test_without_tasks_or_server_each_command_says_what_to_do(run, tmp_path, command):
    """Nothing drawn; no server; several datasets; a wave that is not there."""
    with pytest.raises(AnnotationError, match="ANN010"):
        run(command)
    make_wave(tmp_path / "private", dataset="commons/health").close()
    with pytest.raises(AnnotationError, match="LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY"):
        run(command)
    with pytest.raises(AnnotationError, match="ANN014"):
        run(command, "commons/health", "--wave", "w9")
    make_wave(tmp_path / "private", dataset="commons/agriculture").close()
    with pytest.raises(AnnotationError, match="commons/agriculture, commons/health") as refused:
        run(command)
    assert refused.value.code == "ANN048"
    with pytest.raises(AnnotationError, match="ANN010"):
        run(command, "commons/education")


def test_a_recipe_names_its_dataset(tmp_path):
    """The steward may give what they gave to `build`."""
    recipe = Path(__file__).parents[2] / "recipes" / "health.yaml"
    make_wave(tmp_path / "private", dataset="commons/other").close()
    with pytest.raises(AnnotationError, match="health") as refused:
        open_ledger(str(recipe), tmp_path)
    assert refused.value.code == "ANN010"


def test_a_stopped_server_is_no_error(run):
    """`--stop` where nothing runs says so."""
    assert "no Label Studio runs" in run("serve", "--stop").stdout


def test_a_ledger_of_garbage_is_not_overwritten(run, tmp_path):
    """The only record of what people answered is left as it is."""
    path = make_wave(tmp_path / "private", dataset="commons/health").path
    path.write_bytes(b"\0" * 5000)
    with pytest.raises(AnnotationError, match="ANN011"):
        run("push")
    assert path.read_bytes() == b"\0" * 5000
