"""`corpusforge tokenize` as a user runs it: a release, a published version, files of anybody."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import run as command
from release_builders import TEXTS, build, health_configs
from small import saved
from tokenized import EOS

from corpusforge.build import tokenize as tokenizing
from corpusforge.build.local import LocalExecutor
from corpusforge.build.tokenize import Wanted, tokenize_paths, tokenize_release
from corpusforge.errors import TokenError
from corpusforge.release import embedded
from corpusforge.release.directory import read_manifest, write_release
from corpusforge.release.publish import publish
from corpusforge.release.reference import Remote
from corpusforge.tokens.encoder import load_encoder
from corpusforge.tokens.settings import Settings

TEXT = "سلام ⴰⵣⵓⵍ salam <|endoftext|> été"


@pytest.fixture
def tokenizer(tmp_path):
    """A folder with a small tokenizer."""
    (tmp_path / "own").mkdir()
    saved(tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def release(tmp_path):
    """A release of five languages under two licences."""
    built = build(tmp_path / "data", health_configs())
    return write_release(built.release, built.data, tmp_path / "release")


def wanted(tmp_path, tokenizer, **changes):
    """Everything in every form."""
    options = {"eos": EOS, "outputs": ("packed", "ds", "megatron"), "packing": {"seq_len": 16}}
    name = changes.pop("name", "out")
    more = {
        key: changes.pop(key) for key in ("configs", "text_column", "id_column") if key in changes
    }
    settings = Settings.model_validate({"tokenizer": tokenizer, **options, **changes})
    return Wanted(tmp_path / name, settings, **more)


def sound(folder):
    """Every file of an output is listed with its digest, and nothing else lies there."""
    made = json.loads((folder / "tokens.json").read_text("utf-8"))
    listed = {
        file["path"]: file["sha256"]
        for config in made["configs"]
        for file in (*(f for s in config["splits"] for f in s["files"]), *config["exports"])
    }
    there = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "tokens.json"
    }
    empty = {p for p in there if p not in listed and pq.read_metadata(folder / p).num_rows == 0}
    assert {p: d for p, d in there.items() if p not in empty} == listed
    return made


def test_a_releases_tokens_know_whose_they_are(tmp_path, release, tokenizer):
    """The release and its digest, the tier, and the licence of each config's rows."""
    with LocalExecutor(1) as executor:
        tokenize_release(release, wanted(tmp_path, tokenizer), executor)
    made = sound(tmp_path / "out")
    assert made["release"] == {
        "name": "commons/health",
        "version": "1.0.0",
        "digest": read_manifest(release)[1],
        "tier": "open",
    }
    licences = {config["name"]: config["license"] for config in made["configs"]}
    assert licences["tokens-own"] == "CC0-1.0"
    assert licences["tokens-own-cc-by-4.0"] == "CC-BY-4.0"
    assert licences["tokens-own-packed-fra_Latn-cc-by-4.0"] == "CC-BY-4.0"
    rows = pq.read_table(tmp_path / "out/tokens/own/ids/zgh_Tfng/train-00000-of-00001.parquet")
    ids = load_encoder(tokenizer, "hf").encode(TEXTS["zgh_Tfng"]).ids.tolist()
    assert rows["input_ids"].to_pylist() == [ids]
    assert rows["language"].to_pylist() == ["zgh_Tfng"]
    assert rows["license"].to_pylist() == ["CC0-1.0"]


def test_the_command_and_the_stage_write_the_same_bytes(tmp_path, tokenizer):
    """One core: what a build publishes is what the command makes of its release."""
    from tokenized import digests, records, run

    options = {"eos": EOS, "outputs": ("packed", "ds", "megatron"), "packing": {"seq_len": 16}}
    stage = run(tmp_path / "ws", [records()], tokenizer, **options)
    with LocalExecutor(1) as executor:
        target = tmp_path / "again"
        from corpusforge.stages.tokenize import data_files
        from corpusforge.tokens.flow import tokenize_files

        found = tokenize_files(
            data_files(stage.shards),
            wanted(tmp_path, tokenizer).settings,
            target,
            tokenizing.Mapped(executor),
        )
    assert {each["name"]: each for each in found} == stage.configs
    for path, digest in digests(stage).items():
        if path != "configs.json":
            assert hashlib.sha256((target / path).read_bytes()).hexdigest() == digest


def test_only_some_configs_of_a_release(tmp_path, release, tokenizer):
    """Those that are named; a name that is none is refused with the names there are."""
    with LocalExecutor(1) as executor:
        asked = Wanted(tmp_path / "out", Settings(tokenizer=tokenizer), ("zgh_Tfng",))
        made = tokenize_release(release, asked, executor)
        assert [config["of"] for config in made["configs"]] == [["zgh_Tfng"], ["zgh_Tfng"]]
        asked = Wanted(tmp_path / "other", Settings(tokenizer=tokenizer), ("zgh",))
        with pytest.raises(TokenError) as refused:
            tokenize_release(release, asked, executor)
    assert refused.value.code == "TOK023"
    assert "ary_Arab" in refused.value.hint


def test_files_of_anybody_are_tokenized_with_the_ids_they_have(tmp_path, tokenizer):
    """Parquet and JSON lines, plain or gzipped; rows without an id are named by their place."""
    pq.write_table(pa.table({"id": ["a", "b"], "text": [TEXT, ""]}), tmp_path / "mine.parquet")
    lines = "\n".join(json.dumps({"body": TEXT, "n": 7 + n}) for n in range(3))
    (tmp_path / "lines.jsonl.gz").write_bytes(gzip.compress((lines + "\n\n").encode()))
    settings = Settings(tokenizer=tokenizer, eos=EOS, outputs=("ds",))
    ids = load_encoder(tokenizer, "hf").encode([TEXT]).ids.tolist()
    with LocalExecutor(1) as executor:
        tokenize_paths([tmp_path / "mine.parquet"], Wanted(tmp_path / "a", settings), executor)
        rows = pq.read_table(tmp_path / "a/tokens/own/ids/mine/train-00000-of-00001.parquet")
        assert rows["id"].to_pylist() == ["a", "b"]
        assert rows["input_ids"].to_pylist() == [ids, []]
        columns = Wanted(tmp_path / "b", settings, text_column="body", id_column="n")
        tokenize_paths([tmp_path / "lines.jsonl.gz"], columns, executor)
        rows = pq.read_table(tmp_path / "b/tokens/own/ids/lines/train-00000-of-00001.parquet")
        assert rows["id"].to_pylist() == ["7", "8", "9"]
        columns = Wanted(tmp_path / "c", settings, text_column="body")
        tokenize_paths([tmp_path / "lines.jsonl.gz"], columns, executor)
        rows = pq.read_table(tmp_path / "c/tokens/own/ids/lines/train-00000-of-00001.parquet")
    assert rows["id"].to_pylist()[2] == "lines/train-00000-of-00001:2"
    assert sound(tmp_path / "c")["release"] is None


def write(path, content):
    """A file with this content."""
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "code", "where"),
    [
        ("x.jsonl", b'{"text": "azul"}\nno json\n', "TOK020", "x.jsonl:2"),
        ("x.jsonl", b"[1]\n", "TOK020", "x.jsonl:1"),
        ("x.jsonl", b'{"text": "\xff"}\n', "TOK020", "x.jsonl"),
        ("x.jsonl", '{"نص": "سلام"}\n'.encode(), "TOK021", "x.jsonl:1"),
        ("x.jsonl", b'{"text": null}\n', "TOK021", "x.jsonl"),
        ("x.jsonl.gz", b"not gzip", "TOK020", "x.jsonl.gz"),
        ("x.parquet", b"PAR1 not", "TOK020", "x.parquet"),
        ("x.txt", b"azul", "TOK020", "x.txt"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error(
    tmp_path, tokenizer, name, content, code, where
):
    """With the file and, where there is one, the line."""
    path = write(tmp_path / name, content)
    with LocalExecutor(1) as executor, pytest.raises(TokenError) as refused:
        tokenize_paths([path], Wanted(tmp_path / "out", Settings(tokenizer=tokenizer)), executor)
    assert refused.value.code == code
    assert refused.value.where.endswith(where)
    assert not (tmp_path / "out").exists()


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path, tokenizer):
    """The second gets a number."""
    paths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "texts.parquet")
        pq.write_table(pa.table({"text": [f"{TEXT} {folder}"]}), paths[-1])
    with LocalExecutor(1) as executor:
        made = tokenize_paths(
            paths, Wanted(tmp_path / "out", Settings(tokenizer=tokenizer)), executor
        )
    assert made["configs"][0]["of"] == ["texts", "texts.2"]
    sound(tmp_path / "out")


def test_doing_it_again_changes_nothing_and_other_content_is_refused(tmp_path, release, tokenizer):
    """A finished output is left as it is; one of something else is never overwritten."""
    asked = wanted(tmp_path, tokenizer)
    with LocalExecutor(1) as executor:
        tokenize_release(release, asked, executor)
        before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")}
        tokenize_release(release, asked, executor)
        assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")} == before
        with pytest.raises(TokenError) as refused:
            tokenize_release(release, wanted(tmp_path, tokenizer, packing={"seq_len": 8}), executor)
        assert refused.value.code == "TOK024"
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "thesis.txt").write_text("years of work")
        with pytest.raises(TokenError, match="TOK024"):
            tokenize_release(release, wanted(tmp_path, tokenizer, name="full"), executor)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_a_stopped_run_goes_on_and_leaves_the_same_bytes(tmp_path, release, tokenizer, monkeypatch):
    """Nothing stands under the output's name before all of it is whole."""
    from corpusforge.tokens import ids as ids_module

    real, made = ids_module._encode, []

    def stopped(task):
        made.append(str(task))
        if len(made) == 4:
            raise KeyboardInterrupt
        return real(task)

    monkeypatch.setattr(ids_module, "_encode", stopped)
    asked = wanted(tmp_path, tokenizer)
    with LocalExecutor(1) as executor:
        with pytest.raises(KeyboardInterrupt):
            tokenize_release(release, asked, executor)
        assert not (tmp_path / "out").exists()
        tokenize_release(release, asked, executor)
        assert len(made) == len(set(made)) + 1
        tokenize_release(release, wanted(tmp_path, tokenizer, name="fresh"), executor)
    names = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert names == {
        p.relative_to(tmp_path / "fresh") for p in (tmp_path / "fresh").rglob("*") if p.is_file()
    }
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    assert not list(tmp_path.glob(".*-unfinished"))


@pytest.mark.slow
def test_the_command_line_says_what_it_made_and_refuses_in_one_line(tmp_path, release, tokenizer):
    """Exit codes 0, 1 and 2, the last line the folder, no traceback."""
    base = ("corpusforge", "tokenize", release, "--tokenizer", tokenizer, "--output")
    done = command(*base, tmp_path / "out", "--eos", EOS, "--outputs", "packed", "--seq-len", "16")
    lines = done.stdout.splitlines()
    assert lines[0].split()[:3] == ["config", "rows", "tokens"]
    assert any(line.startswith("tokens-own-packed-zgh_Tfng ") for line in lines)
    assert lines[-1] == f"tokens {tmp_path / 'out'}"
    said = command(*base, tmp_path / "b", "--json")
    assert json.loads(said.stdout)["release"]["version"] == "1.0.0"
    refusals = {
        ("--outputs", "mds"): "TOK025",
        ("--seq-len", "16"): "TOK025",
        ("--eos", "<|fin|>"): "TOK004",
        ("--encoder", "quick"): "TOK025",
        ("--gpus", "1", "--device", "cpu"): "TOK025",
        ("--executor", "dask"): "BLD007",
        ("--scorers", "none.yaml"): "TOK025",
    }
    for options, code in refusals.items():
        done = command(*base, tmp_path / "c", *options, check=False)
        assert done.returncode == 1
        assert code in done.stderr.splitlines()[0]
        assert "Traceback" not in done.stderr
    done = command(
        "corpusforge", "tokenize", tmp_path / "none.parquet", *base[3:], tmp_path / "d", check=False
    )
    assert done.returncode == 1
    assert "TOK023" in done.stderr.splitlines()[0]
    assert command("corpusforge", "tokenize", release, check=False).returncode == 2


@pytest.mark.slow
def test_a_gpu_that_is_asked_for_and_not_there_fails_at_the_start(tmp_path, release, tokenizer):
    """With what was looked at and a way out; `device: auto` would do with the CPU."""
    base = (
        "corpusforge",
        "tokenize",
        release,
        "--tokenizer",
        tokenizer,
        "--output",
        tmp_path / "o",
    )
    done = command(*base, "--gpus", "1", check=False, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    assert any(code in done.stderr for code in ("TOK001", "TOK030"))
    assert "gpu" in done.stderr.lower()
    assert not (tmp_path / "o").exists()


@pytest.mark.server
@pytest.mark.slow
def test_a_published_version_gives_the_bytes_of_its_directory(tmp_path, release, tokenizer):
    """Read from a real registry, file by file, at one commit."""
    token = embedded._account(tmp_path / "registry", "commons", tmp_path / "token")
    with (
        embedded.serving(tmp_path / "registry", tmp_path / "log") as endpoint,
        LocalExecutor(1) as executor,
    ):
        publish(release, endpoint, token)
        there = Remote("commons/health", "1.0.0", endpoint, token)
        tokenize_release(there, wanted(tmp_path, tokenizer, name="there"), executor)
    with LocalExecutor(1) as executor:
        tokenize_release(release, wanted(tmp_path, tokenizer, name="here"), executor)
    sound(tmp_path / "there")
    here = (tmp_path / "here" / "tokens.json").read_bytes()
    assert (tmp_path / "there" / "tokens.json").read_bytes() == here
    shutil.rmtree(tmp_path / "there")
