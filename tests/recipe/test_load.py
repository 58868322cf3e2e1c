"""Loading a recipe: all its problems at once, each with place, words allowed and what was meant."""

from __future__ import annotations

import json
import os
import pickle
import re
import socket
import time
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from corpusforge.codes import CODES
from corpusforge.errors import RecipeError
from corpusforge.recipe.document import parse
from corpusforge.recipe.files import missing_files
from corpusforge.recipe.load import MAX_BYTES, load_recipe, with_absolute_paths
from corpusforge.recipe.problem import json_path
from corpusforge.stages import kinds as stage_kinds
from corpusforge.stages.stage import Stage, StageConfig, keep_all
from tests.recipe.conftest import GOOD


def only(problems):
    """The one problem there is."""
    assert len(problems) == 1, [str(each) for each in problems]
    return problems[0]


def test_a_recipe_in_order_loads(write, good):
    """The models, the folder, the answers file and a digest come back."""
    path = write(good)
    loaded = load_recipe(path)
    assert loaded.recipe.name == "commons/health"
    assert loaded.recipe.sources[0].path == str(path.parent / "notes/*.txt")
    assert loaded.base == path.parent
    assert loaded.datasheet == path.parent / "recipe.datasheet.yaml"
    assert len(loaded.sha256) == 64
    assert loaded.where(("sources", 0, "license")) == f"{path}:16:14"
    assert loaded.warnings == ()


def test_ten_mistakes_give_ten_problems_in_the_order_of_the_file(problems):
    """Nothing stops at the first mistake, and none is told twice."""
    found = problems("""\
        schema_version: 1
        name: Commons Health
        version: 1.0
        released: 2026-02-30
        titel: Santé
        description: Notices.
        domain: health
        tier: opne
        mode: collection
        contact: {name: us, email: nobody}
        sources:
          - id: notes
            kind: flies
            path: notes/*.txt
            license: CC BY 4.0
            evidence: {statement: ours}
        stages:
          - kind: admit
          - kind: extract
          - kind: identify
            min_score: high
          - kind: scrub
          - kind: shard
        tier: open
        """)
    assert [(p.code, p.line, p.json_path) for p in found] == [
        ("RCP014", 2, "$.name"),
        ("RCP014", 3, "$.version"),
        ("RCP014", 4, "$.released"),
        ("RCP010", 5, "$.titel"),
        ("RCP013", 8, "$.tier"),
        ("RCP014", 10, "$.contact.email"),
        ("RCP015", 13, "$.sources[0].kind"),
        ("LIC001", 15, "$.sources[0].license"),
        ("RCP012", 21, "$.stages[2].min_score"),
        ("RCP004", 24, "$.tier"),
    ]
    assert all(p.code in CODES for p in found)


@pytest.mark.parametrize(
    ("old", "new", "code", "nearest"),
    [
        ("tier: open", "tier: opne", "RCP013", "open"),
        ("tier: open", "tier: Open", "RCP013", "open"),
        ("mode: collection", "mode: colection", "RCP013", "collection"),
        ("kind: files", "kind: file", "RCP015", "files"),
        ("kind: extract", "kind: extraction", "RCP015", "extract"),
        ("kind: dedup", "kind: deduplicate", "RCP015", "dedup"),
        ("title:", "titel:", "RCP010", "title"),
        ("    license:", "    licence:", "RCP010", "license"),
        ("    evidence:", "    evidense:", "RCP010", "evidence"),
        ("{statement:", "{statment:", "RCP010", "statement"),
        ("stages:", "stage:", "RCP010", "stages"),
        ("CC-BY-4.0", "CC-BY 4.0", "LIC001", ""),
        ("kind: identify", "kind: identify\n    keep: [fra_Latn, darija]", "RCP014", "ary_Arab"),
        ("tier: open", "tier: open\nlanguages: [ary_arab]", "RCP014", "ary_Arab"),
        ("tier: open", "tier: open\nlanguages: [arabizi]", "RCP014", "ary_Latn"),
        ("tier: open", "tier: open\nlanguages: [fr]", "RCP014", "fra_Latn"),
        ("tier: open", "tier: open\nlanguages: [ar]", "RCP014", "arb_Arab"),
        ("tier: open", "tier: open\nlanguages: [zgh-Tfng]", "RCP014", "zgh_Tfng"),
        ("tier: open", "tier: open\nlanguages: [ⵜⴰⵎⴰⵣⵉⵖⵜ]", "RCP014", "zgh_Tfng"),
        ("tier: open", "tier: open\nlanguages: [klingon]", "RCP014", ""),
        ("notes/*.txt", "note", "RCP021", "notes"),
    ],
)
def test_a_slip_is_one_problem_with_what_was_meant(spoil, old, new, code, nearest):
    """Enum words, kinds, keys and files each have a near match, and no second complaint."""
    problem = only(spoil(old, new))
    assert (problem.code, problem.nearest) == (code, nearest)
    assert problem.hint


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("schema_version: 1", "schema_version: 2", "RCP019", "later"),
        ("schema_version: 1", "schema_version: '1'", "RCP013", "1"),
        ("version: 1.0.0", "version: 1.10", "RCP014", "1.10.0"),
        ("version: 1.0.0", "version: v1.0.0", "RCP014", "1.0.0"),
        ("version: 1.0.0", "version: 01.0.0", "RCP014", "1.0.0"),
        ("version: 1.0.0", "version: latest", "RCP014", "MAJOR.MINOR.PATCH"),
        ("released: 2026-11-22", "released: 22/11/2026", "RCP014", "YYYY-MM-DD"),
        ("released: 2026-11-22", "released: 20261122", "RCP014", "YYYY-MM-DD"),
        ("name: commons/health", "name: health", "RCP014", "namespace/name"),
        ("name: commons/health", "name: commons/../x", "RCP014", "namespace/name"),
        ("name: commons/health", "name: كومنز/صحة", "RCP014", "namespace/name"),
        ("domain: health", "domain: Public Health", "RCP014", "lower-case"),
        ("- id: notes", "- id: Les Notices", "RCP014", "lower-case"),
        ("- id: notes", "-", "RCP011", "id"),
        ("    kind: files\n", "", "RCP011", "files"),
        ("format: text", "format: [text]", "RCP013", "jsonl"),
        ("path: notes/*.txt", "path: {a: b}", "RCP012", "text or a list"),
        ("title: Santé · الصحة · ⵜⴰⴷⵓⵙⵉ", "title:", "RCP012", "nothing"),
        ("title: Santé · الصحة · ⵜⴰⴷⵓⵙⵉ", "title: ''", "RCP014", "1 character"),
        ("tier: open", "tier: open\nseed: '5'", "RCP012", "quotes"),
        ("tier: open", "tier: open\nseed: 0777", "RCP012", "write 777"),
        ("tier: open", "tier: open\nseed: 1:30", "RCP012", "text"),
        ("tier: open", "tier: open\nseed: -1", "RCP014", "greater than or equal to 0"),
        ("tier: open", "tier: open\nseed: 1.5", "RCP012", "whole number"),
        ("tier: open", "tier: open\nsplits: {test: yes}", "RCP012", "a number"),
        ("tier: open", "tier: open\nsplits: {test: .nan}", "RCP012", "a number"),
        ("tier: open", "tier: open\nsplits: {test: 1}", "RCP014", "less than 1"),
        ("tier: open", "tier: open\nsplits: {test: .6, validation: .5}", "RCP026", "sum"),
        ("tier: open", "tier: open\nsplits: {test: 1e999}", "RCP012", "a number"),
        ("tier: open", "tier: open\nlanguages: [darija]", "RCP014", "ary_Arab"),
        ("tier: open", "tier: open\nlanguages: ary_Arab", "RCP012", "[ary_Arab]"),
        ("tier: open", "tier: open\nlicense: CC-BY-4.0", "RCP026", "mode: blend"),
        ("tier: open", "tier: open\ndatasheet: none.yaml", "RCP021", "none.yaml"),
        ("  - kind: dedup", "  - dedup", "RCP012", "kind: dedup"),
        ("  - kind: dedup", "  - kind: dedup\n    threshold: 0,8", "RCP012", "write 0.8"),
        ("tier: open", "tier: open\nseed: 10 000", "RCP012", "write 10000"),
        ("  - kind: dedup", "  - kind: dedup\n    threshold: '0.8'", "RCP012", "quotes"),
        ("path: notes/*.txt", "path: [notes/*.txt, {a: b}]", "RCP012", "text must stand here"),
        ("version: 1.0.0", 'version: "1.0.0\\n"', "RCP014", "1.0.0"),
        ("  - kind: dedup", "  - kind: [dedup]", "RCP015", "dedup"),
        ("  - kind: dedup", "  - kind: dedup\n  - kind: dedup", "RCP025", "remove"),
        ("  - kind: dedup\n  - kind: scrub", "  - kind: dedup", "RCP024", "scrub"),
        ("  - kind: extract\n  - kind: identify", "  - kind: identify\n  - kind: extract",
         "RCP023", "move extract up"),
        (
            "  - kind: admit\n  - kind: extract",
            "  - kind: extract\n  - kind: admit",
            "RCP023",
            "move admit up",
        ),
        (
            "  - kind: extract",
            "  - kind: quality\n  - kind: extract",
            "RCP023",
            "works on text",
        ),
        ("  - kind: scrub\n  - kind: shard", "  - kind: shard\n  - kind: scrub",
         "RCP023", "before shard"),
        ("  - kind: identify\n", "", "RCP022", "identify"),
        ("notes/*.txt", "nowhere/*.txt", "RCP021", "folder of the recipe"),
        ('{statement: "Written by us."}', "{}", "LIC002", "statement"),
        ('{statement: "Written by us."}', "{statement: '  '}", "LIC002", "statement"),
        ('{statement: "Written by us."}', "{url: our site}", "RCP014", "statement"),
        ("    license: CC-BY-4.0\n", "", "LIC002", "licence"),
        ("CC-BY-4.0", "CC-BY-ND-4.0", "LIC003", "exclude"),
        ("CC-BY-4.0", "CC-BY-NC-4.0", "LIC006", "gated"),
        ("CC-BY-4.0", "LicenseRef-unknown", "LIC011", "index"),
        ("CC-BY-4.0", "LicenseRef-MA-sealed", "LIC006", "gated"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_code_and_way_out(spoil, old, new, code, words):
    """One mistake, one problem, and words that help."""
    found = [p for p in spoil(old, new) if p.code == code]
    problem = only(found)
    assert words in f"{problem.message} {problem.hint}"


def test_a_misspelt_kind_does_not_hide_what_is_wrong_inside(spoil):
    """Reading goes on with the kind that was surely meant."""
    found = spoil(
        "kind: files\n    path: notes/*.txt", "kind: flies\n    path: note/*.txt\n    pth: x"
    )
    assert [(p.code, p.nearest) for p in found] == [
        ("RCP015", "files"),
        ("RCP021", ""),
        ("RCP010", ""),
    ]


@pytest.mark.parametrize(
    ("tier", "codes"),
    [
        ("opne", ["RCP013", "RCP024"]),
        ("public", ["RCP013", "RCP024"]),
        ("restrictd", ["RCP013"]),
        ("restricted", []),
        ("sealed", []),
    ],
)
def test_scrub_is_missed_whatever_the_tier_is_spelt(problems, tier, codes):
    """Only tiers that keep the bytes close may go without; a slip in the tier hides nothing."""
    text = GOOD.replace("tier: open", f"tier: {tier}").replace("  - kind: scrub\n", "")
    assert [p.code for p in problems(text)] == codes


def test_a_stage_that_is_not_installed_is_one_problem(spoil):
    """Its keys are not held against a stage of ours with a similar name."""
    problem = only(spoil("kind: dedup", "kind: dedup_by_author\n    authors: 3"))
    assert problem.code == "RCP015"


def test_two_share_alike_sources_in_a_blend_are_refused_at_the_second(problems):
    """LIC004 names both, at the line of the later one."""
    text = GOOD.replace("mode: collection", "mode: blend").replace("CC-BY-4.0", "CC-BY-SA-4.0")
    more = """\
  - id: gov
    kind: files
    path: notes
    license: ODbL-1.0
    evidence: {url: "https://data.gov.ma/"}
stages:"""
    problem = only(problems(text.replace("stages:", more)))
    assert (problem.code, problem.line) == ("LIC004", 21)
    assert "notes (CC-BY-SA-4.0)" in problem.message
    assert "gov (ODbL-1.0)" in problem.message


def test_notes_on_rights_are_warnings(write, good):
    """LIC-W01 does not refuse, and stands at its source."""
    loaded = load_recipe(write(good.replace("CC-BY-4.0", "CC-BY-3.0")))
    assert [(w.code, w.line) for w in loaded.warnings] == [("LIC-W01", 16)]


def test_a_page_by_page_licence_needs_admit_and_no_evidence(problems):
    """`detect` takes what pages state; the stage that judges them must be there."""
    text = GOOD.replace("license: CC-BY-4.0", "license: detect").replace(
        '    evidence: {statement: "Written by us."}\n', ""
    )
    assert problems(text) == []
    assert only(problems(text.replace("  - kind: admit\n", ""))).code == "RCP022"


def test_sources_need_their_own_ids(problems):
    """The second of two is the problem, and the first is named by its line."""
    block = GOOD[GOOD.index("  - id: notes") : GOOD.index("stages:")]
    problem = only(problems(GOOD.replace(block, block + block)))
    assert (problem.code, problem.line) == ("RCP020", 18)
    assert "line 12" in problem.message


@pytest.mark.parametrize("missing", ["sources: []", "sources:", "sources: {}", "sources: x"])
def test_a_recipe_needs_a_source(problems, missing):
    """None, null, a mapping or a word is one problem at the key."""
    block = GOOD[GOOD.index("sources:") : GOOD.index("stages:")]
    problem = only(problems(GOOD.replace(block, missing + "\n")))
    assert problem.line == 11
    assert problem.code in {"RCP012", "RCP014"}


def test_numbers_are_text_where_text_is_wanted(write, good):
    """A title of digits keeps its zeros; `no` is a word."""
    text = good.replace("title: Santé · الصحة · ⵜⴰⴷⵓⵙⵉ", "title: 1.10").replace(
        "description: Notices in Darija, MSA, French and Tamazight.", "description: no"
    )
    recipe = load_recipe(write(text)).recipe
    assert (recipe.title, recipe.description) == ("1.10", "no")


@pytest.mark.parametrize(
    "secret",
    [
        "hf_" + "a" * 30,
        "ghp_" + "A1" * 18,
        "AKIA" + "A" * 16,
        "Bearer abcdefghijklmnop",
        "https://user:password@example.org/",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_secrets_are_refused_and_never_repeated(spoil, secret):
    """What looks like a credential is refused wherever it stands, and not shown."""
    problem = only(spoil("Written by us.", f"by {secret}"))
    assert problem.code == "RCP016"
    assert secret not in f"{problem} {problem.as_dict()}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{statement: "Written by us."}', '{url: "https://me:hunter2@example.org/x y"}'),
        ("license: CC-BY-4.0", "license: hf_hunter2hunter2hunter2"),
        ("path: notes/*.txt", "path: s3://key:hunter2@bucket/x"),
        ("kind: files", "kind: ghp_hunter2hunter2hunter2"),
        ("name: commons/health", "name: https://me:hunter2@example.org"),
        ("released: 2026-11-22", "released: sk-hunter2hunter2hunter2"),
    ],
)
def test_no_other_message_shows_a_secret(spoil, old, new):
    """Where a secret is also wrong in another way, only the secret is spoken of."""
    found = spoil(old, new)
    assert "RCP016" in {p.code for p in found}
    assert not any("hunter2" in f"{p} {p.as_dict()}" for p in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "filler", ["a", "eyJ-", "a.", "://a:", "hf_", "-----BEGIN A", "Bearer ", "(MIT OR ", "["]
)
def test_long_values_are_answered_quickly(spoil, filler):
    """Hundreds of kilobytes in one value cost no time that a steward would notice."""
    started = time.process_time()
    long = filler * (200_000 // len(filler))
    for old in ("Written by us.", "CC-BY-4.0", "kind: dedup", "tier: open", "released: 2026-11-22"):
        head = old.rpartition(": ")[0]
        new = f"{head}: '{long}'" if head else (f"'{long}'" if old == "CC-BY-4.0" else long)
        spoil(old, new)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("key", ["token", "password", "api_key", "hf_token"])
def test_keys_that_name_secrets_are_refused(spoil, key):
    """A key called token is refused whatever its value, which is not shown."""
    problem = only(spoil("tier: open", f"tier: open\n{key}: hunter2"))
    assert problem.code == "RCP016"
    assert "hunter2" not in f"{problem} {problem.as_dict()}"


def test_the_environment_is_read_only_where_that_is_allowed(write, good, problems, monkeypatch):
    """A registry's address may come from outside; a title may not."""
    monkeypatch.setenv("REGISTRY", "https://registry.example.org")
    text = good.replace("tier: open", "tier: open\nregistry: {endpoint: '${env:REGISTRY}'}")
    loaded = load_recipe(write(text))
    assert loaded.recipe.registry.endpoint == "https://registry.example.org"
    assert b"registry.example.org" not in loaded.canonical
    assert only(problems(text.replace("REGISTRY", "NOT_SET"))).code == "RCP018"
    assert only(problems(text.replace("env:REGISTRY", "REGISTRY"))).code == "RCP017"
    problem = only(problems(good.replace("title: Santé", "title: ${env:REGISTRY}")))
    assert problem.code == "RCP017"
    assert "registry.endpoint" in problem.hint


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "RCP006", "empty"),
        (b"# only words\n", "RCP006", "empty"),
        (b"- a\n- b\n", "RCP006", "mapping"),
        (b"just text\n", "RCP006", "mapping"),
        (b"\x00\x01\x02\xff", "RCP002", "UTF-8"),
        ("name: x\n".encode("utf-16"), "RCP002", "UTF-16"),
        ("titre: Santé\n".encode("latin-1"), "RCP002", "byte 0xE9"),
        ("عنوان: صحة\n".encode("cp1256"), "RCP002", "UTF-8"),
        (b"a: b: c\n", "RCP003", "colon"),
        (b"a" * (MAX_BYTES + 1), "RCP002", "larger"),
        (b"%PDF-1.7\n", "RCP003", ""),
    ],
)
def test_files_that_are_no_recipe_are_one_problem(problems, content, code, words):
    """Empty, binary, in another charset, too large, not YAML: said in one line."""
    problem = only(problems(content))
    assert problem.code == code
    assert words in f"{problem.message} {problem.hint}"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(write, good):
    """What some editors add changes nothing, not even the digest."""
    plain = load_recipe(write(good)).sha256
    assert load_recipe(write(b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode())).sha256 == plain


@pytest.mark.parametrize("kind", ["missing", "folder", "socket", "unreadable", "loop"])
def test_files_that_cannot_be_read_are_one_problem(tmp_path, kind, monkeypatch):
    """Not there, a folder, a socket, not permitted, a link to itself."""
    path = tmp_path / "recipe.yaml"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes.yaml").write_text("")
    if kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("recipe.yaml")
    elif kind == "unreadable":
        if os.geteuid() == 0:
            pytest.skip("root reads everything")
        path.write_text("a: 1")
        path.chmod(0)
    elif kind == "loop":
        path.symlink_to(path)
    with pytest.raises(RecipeError) as refused:
        load_recipe("recipe.yaml")
    problem = only(refused.value.problems)
    assert problem.code == "RCP001"
    if kind == "missing":
        assert problem.nearest == "recipes.yaml"


def test_the_digest_is_of_what_the_recipe_means(write, good):
    """Comments, order of keys and quotes do not count; a value does, and so does a default."""
    plain = load_recipe(write(good)).sha256
    moved = good.replace("domain: health\n", "").replace(
        "tier: open", "tier: 'open' # all\ndomain: health"
    )
    assert load_recipe(write(moved)).sha256 == plain
    assert load_recipe(write(good.replace("tier: open", "tier: open\nseed: 0"))).sha256 == plain
    assert load_recipe(write(good.replace("tier: open", "tier: open\nseed: 1"))).sha256 != plain


def test_the_digest_does_not_depend_on_the_folder(write, good, tmp_path):
    """The same recipe in another place is the same recipe."""
    here = load_recipe(write(good))
    other = tmp_path / "elsewhere"
    (other / "notes").mkdir(parents=True)
    (other / "notes" / "b.txt").write_text("x")
    (other / "recipe.yaml").write_text(good, encoding="utf-8")
    assert load_recipe(other / "recipe.yaml").canonical == here.canonical
    assert str(tmp_path).encode() not in here.canonical
    assert json.loads(here.canonical)["sources"][0]["path"] == "notes/*.txt"


def test_languages_stand_for_keep_of_identify(write, good):
    """Stated once on top, they reach the stage."""
    text = good.replace("tier: open", "tier: open\nlanguages: [ary_Arab, zgh_Tfng]")
    stages = {stage.kind: stage for stage in load_recipe(write(text)).recipe.stages}
    assert stages["identify"].keep == ("ary_Arab", "zgh_Tfng")


def test_languages_and_keep_may_not_disagree(spoil):
    """Two lists that differ are a contradiction, and two that agree are not."""
    block = "kind: identify\n  - kind: dedup\n  - kind: scrub\n  - kind: shard\n"
    rest = "\n  - kind: dedup\n  - kind: scrub\n  - kind: shard\n"
    keep = "kind: identify\n    keep: [{}]" + rest + "languages: [ary_Arab]\n"
    assert only(spoil(block, keep.format("fra_Latn"))).code == "RCP026"
    assert spoil(block, keep.format("ary_Arab")) == []


def test_shard_is_understood(write, good):
    """A recipe without shard ends with it."""
    loaded = load_recipe(write(good.replace("  - kind: shard\n", "")))
    assert [stage.kind for stage in loaded.recipe.stages][-1] == "shard"
    assert loaded.sha256 == load_recipe(write(good)).sha256


def test_anchors_and_merges_serve_repeated_parts(write, good):
    """One block of rights for several sources."""
    text = good.replace("  - id: notes\n", "  - &ours\n    id: notes\n").replace(
        "stages:", "  - {<<: *ours, id: more, attribution: us}\nstages:"
    )
    recipe = load_recipe(write(text)).recipe
    assert [s.id for s in recipe.sources] == ["notes", "more"]
    assert recipe.sources[1].license == "CC-BY-4.0"


def test_problems_travel_between_processes(spoil):
    """A worker's error keeps every problem with its place."""
    error = RecipeError(spoil("tier: open", "tier: opne"))
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert copy.problems[0].as_dict() == error.problems[0].as_dict()


_PATHS = [path for path in parse(GOOD, "r").marks if path]


@pytest.mark.parametrize("path", _PATHS, ids=json_path)
@pytest.mark.parametrize(
    "value", [None, True, 5, -1.5, "", "x", [], {}, [[1]], {"a": {"b": None}}], ids=repr
)
def test_any_value_in_any_place_is_a_recipe_error_or_fine(write, path, value):
    """Whatever stands where, the loader has an answer."""
    data = parse(GOOD, "r").data
    inside = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    try:
        load_recipe(write(json.dumps(data).encode()))
    except RecipeError as error:
        found = error.problems
    else:
        return
    assert {p.code for p in found} <= set(CODES)
    assert all(p.line == 1 and p.message for p in found)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_damage_to_a_recipe_is_a_recipe_error(write, data):
    """Lines dropped, doubled, cut, indented or filled with odd letters: problems, never a crash."""
    lines = GOOD.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "cut", "indent", "fill", "nest"]))
        if change == "drop":
            del lines[index]
        elif change == "double":
            lines.insert(index, lines[index])
        elif change == "cut":
            lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))]
        elif change == "indent":
            lines[index] = data.draw(st.sampled_from([" ", "   ", "\t"])) + lines[index]
        elif change == "nest":
            lines[index] = lines[index].replace(": ", ": [{a: ", 1) + "}]"
        else:
            key = lines[index].split(":")[0]
            lines[index] = f"{key}: {data.draw(st.text(max_size=12))}"
        lines = lines or [""]
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    try:
        load_recipe(write(text))
    except RecipeError as error:
        found = error.problems
    else:
        return
    assert found
    assert all(p.code in CODES for p in found)
    assert [(p.line, p.column) for p in found] == sorted((p.line, p.column) for p in found)


def test_codes_and_code_agree():
    """Every code the recipe language can raise is explained, and none is explained for nothing."""
    package = Path(__file__).parents[2] / "corpusforge"
    sources = [*(package / "recipe").glob("*.py"), package / "cli" / "recipe.py"]
    raised = set(re.findall(r'"(RCP[0-9]{3})"', "".join(p.read_text("utf-8") for p in sources)))
    assert raised == {code for code in CODES if code.startswith("RCP")}


def test_a_home_folder_may_be_written_short(monkeypatch, write, good):
    """`~` is the home folder."""
    path = write(good)
    monkeypatch.setenv("HOME", str(path.parent))
    assert load_recipe(Path("~/recipe.yaml")).path == path


def test_files_named_deep_in_a_stage_are_looked_for(document_of):
    """Fields of type `Path` are found in models inside models, and lists of them."""
    found = missing_files(document_of("[{path: here.txt}, {path: gone.txt}]"), document_of.base)
    assert [(p.code, p.json_path) for p in found] == [("RCP021", "$.stages[0].inner[1].path")]


class _Inner(BaseModel):
    path: Path


class _Outer(StageConfig):
    kind: Literal["outer"] = "outer"
    inner: tuple[_Inner, ...]


@pytest.fixture
def document_of(tmp_path, monkeypatch):
    """A recipe with a stage that names files in a list of mappings."""
    monkeypatch.setattr(stage_kinds, "installed", lambda: (Stage(_Outer, keep_all),))
    (tmp_path / "here.txt").write_text("x")

    def document_of(inner):
        return parse(f"stages:\n  - kind: outer\n    inner: {inner}\n", "r.yaml")

    document_of.base = tmp_path
    return document_of


def test_files_of_stages_become_absolute(document_of):
    """The folder of the recipe is put before every relative path, at any depth."""
    config = _Outer(inner=(_Inner(path="here.txt"), _Inner(path="/there.txt")))
    moved = with_absolute_paths(config, document_of.base)
    assert [str(each.path) for each in moved.inner] == [
        str(document_of.base / "here.txt"),
        "/there.txt",
    ]
