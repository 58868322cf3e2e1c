"""Which rows two releases have and have not in common."""

from __future__ import annotations

import pytest
from release_builders import BY, CC0, TEXTS, table_of

from corpusforge.errors import ReleaseError
from corpusforge.release.diff import diff
from corpusforge.release.directory import write_release
from corpusforge.release.reference import Remote, resolve


def release(make, tmp_path, configs, version):
    """A release directory of these configs."""
    built = make(configs, version=version)
    return write_release(built.release, built.data, tmp_path / version)


def test_a_release_does_not_differ_from_itself(health, tmp_path):
    """No row, no licence, no config."""
    directory = write_release(health.release, health.data, tmp_path / "1.0.0")
    found = diff(directory, directory)
    assert found.identical
    assert found.same == 9
    assert found.configs == ()


def test_rows_added_removed_and_changed_are_counted_by_config(make, tmp_path):
    """By id: a text edited under the same id is a change, not a removal and an addition."""
    darija = TEXTS["ary_Arab"]
    old = release(
        make,
        tmp_path,
        {
            "ary_Arab": {"train": [table_of("ary_Arab", darija, *CC0)]},
            "arb_Arab": {"train": [table_of("arb_Arab", TEXTS["arb_Arab"], *CC0)]},
        },
        "1.0.0",
    )
    edited = [darija[0], darija[1] + " دابا", darija[2], "تطعيم الدراري مهم"]
    new = release(
        make,
        tmp_path,
        {
            "ary_Arab": {"train": [table_of("ary_Arab", edited, *CC0)]},
            "fra_Latn": {"train": [table_of("fra_Latn", TEXTS["fra_Latn"], *BY)]},
        },
        "1.1.0",
    )
    found = diff(old, new)
    assert (found.added, found.removed, found.changed, found.same) == (3, 1, 1, 2)
    assert [tuple(change) for change in found.configs] == [
        ("arb_Arab", 0, 1, 0),
        ("ary_Arab", 1, 0, 1),
        ("fra_Latn", 2, 0, 0),
    ]
    assert found.fields == {"text_sha256": 1}
    assert found.licences == (("CC-BY-4.0", 0, 2), ("CC0-1.0", 4, 4))
    assert found.rows == (("arb_Arab", 1, 0), ("ary_Arab", 3, 4), ("fra_Latn", 0, 2))
    assert len(found.examples["added"]) == 3
    assert found.before.startswith("commons/health@1.0.0 sha256:")
    back = diff(new, old)
    assert (back.added, back.removed, back.changed) == (1, 3, 1)


def test_a_changed_licence_is_a_change(make, tmp_path):
    """The same text under another licence is another row to whoever uses it."""
    texts = TEXTS["fra_Latn"]
    old = release(
        make, tmp_path, {"fra_Latn": {"train": [table_of("fra_Latn", texts, *BY)]}}, "1.0.0"
    )
    new = release(
        make,
        tmp_path,
        {"fra_Latn": {"train": [table_of("fra_Latn", texts, BY[0], "CC-BY-SA-4.0", BY[2])]}},
        "1.0.1",
    )
    found = diff(old, new)
    assert found.changed == 2
    assert found.fields == {"license": 2}


def test_a_row_in_another_config_is_a_change(make, tmp_path):
    """It is loaded by another name then."""
    rows = table_of("ary_Arab", TEXTS["ary_Arab"], *CC0)
    old = release(make, tmp_path, {"ary_Arab": {"train": [rows]}}, "1.0.0")
    new = release(make, tmp_path, {"ary_Arab-x": {"train": [rows]}}, "1.0.1")
    assert diff(old, new).fields == {"config": 3}


def test_a_damaged_release_is_refused(health, tmp_path):
    """REL005 names the file, REL004 says that it is no release at all."""
    directory = write_release(health.release, health.data, tmp_path / "1.0.0")
    (directory / "ary_Latn/train-00000-of-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(ReleaseError) as refused:
        diff(directory, directory)
    assert refused.value.code == "REL005"
    with pytest.raises(ReleaseError) as refused:
        diff(tmp_path, directory)
    assert refused.value.code == "REL004"


def test_a_reference_is_a_directory_or_a_published_version(tmp_path):
    """`v1.0.0` and `1.0.0` are the same version; a directory wins."""
    assert resolve(str(tmp_path), None, None) == tmp_path
    for text in ("commons/health@1.0.0", "commons/health@v1.0.0"):
        found = resolve(text, "http://127.0.0.1:8000/", "hf_x")
        assert found == Remote("commons/health", "1.0.0", "http://127.0.0.1:8000", "hf_x")
        assert found.tag == "v1.0.0"
        assert str(found) == "commons/health@1.0.0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "health",
        "commons/health",
        "commons/health@",
        "a/b/c@1.0.0",
        "commons/health@../x",
        "no/such/folder",
    ],
)
def test_what_is_neither_is_refused(text, tmp_path, monkeypatch):
    """REL016 shows both forms."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReleaseError) as refused:
        resolve(text, "http://127.0.0.1:8000", None)
    assert refused.value.code == "REL016"


def test_a_published_version_needs_a_registry():
    """REL010 says which variable to set."""
    with pytest.raises(ReleaseError, match="no registry is configured") as refused:
        resolve("commons/health@1.0.0", None, None)
    assert "HF_ENDPOINT" in refused.value.hint


def test_without_a_registry_a_name_means_what_the_workspace_keeps(tmp_path, monkeypatch):
    """Two versions built here are compared without a server; a configured registry goes first."""
    monkeypatch.setenv("CORPUSFORGE_WORKSPACE", str(tmp_path))
    kept = tmp_path / "releases" / "commons" / "health" / "1.0.0"
    kept.mkdir(parents=True)
    assert resolve("commons/health@v1.0.0", None, None) == kept
    assert isinstance(resolve("commons/health@1.0.0", "http://127.0.0.1:8000", None), Remote)
    with pytest.raises(ReleaseError, match="keeps no such release"):
        resolve("commons/health@2.0.0", None, None)
