"""Another policy decides anew from what was found, and gives what a cold build with it gives."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_documents import documents
from work_rows import make_context, make_records

from corpusforge.build.fingerprint import stage_key
from corpusforge.build.plan import _forecast_segment
from corpusforge.build.tasks import PartMemory, Step, Task, run_task
from corpusforge.build.workspace import Workspace
from corpusforge.errors import PrivacyError
from corpusforge.privacy import engine
from corpusforge.privacy.detector import FINDINGS, Detector
from corpusforge.privacy.masking import Masker, finder
from corpusforge.privacy.policy import Action, Policy, policy_named
from corpusforge.privacy.spans import TYPES, Span
from corpusforge.stages.scrub import Scrub, remembered, scrub
from corpusforge.stages.scrub.findings import findings_name
from corpusforge.stages.stage import Stage

TEXTS = [document["text"] for document in documents(60, seed=11)]
#: What allow-lists are about: mailboxes, a number in two spellings, a name.
ALLOWED = [
    "Écrire à Nora.Tazi@Example.COM ou karim@example.com.",
    "Standard : +212 5 37 12 34 56, ou 05.37.12.34.56, M. Karim Raji",
    "Tél. 0537123456 puis karim raji : kraji (at) example (dot) com",
]
#: Filler of three scripts in which nothing is to be found.
FILLER = (
    "Le printemps est arrivé et les oiseaux chantent dans les arbres du jardin public. "
    "وصل الربيع والعصافير كتغني فوق الشجر ديال الجردة العمومية كل صباح. "
    "ⵢⵓⵡⴹ ⴷ ⵓⵏⴱⴷⵓ ⴷ ⵉⴳⴹⴰⴹ ⵔ ⵜⵜⵉⵔⵉⵔⵏ ⴳ ⵡⴰⴷⴷⴰⴳⵏ. "
)
CONTEXT = make_context(tier="restricted")

policies = st.builds(
    Policy,
    types=st.lists(st.sampled_from(TYPES[:20]), min_size=1, max_size=20, unique=True).map(tuple),
    business=st.booleans(),
    action=st.sampled_from([Action.PLACEHOLDER, Action.DROP]),
    actions=st.dictionaries(
        st.sampled_from(["PERSON", "PHONE", "CARD"]),
        st.sampled_from([Action.PLACEHOLDER, Action.DROP]),
    ),
    allow=st.lists(st.sampled_from(["0537123456", "@example.com", "Karim Raji"]), max_size=2).map(
        tuple
    ),
    minimum_score=st.sampled_from([0.0, 0.35, 0.5, 0.8, 0.95]),
)
few = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


class Kept:
    """A memory in memory."""

    def __init__(self):
        self.tables = {}
        self.runs = {}
        self.noted = None

    def recall(self, name):
        """What is kept under `name`."""
        return self.tables.get(name)

    def keep(self, name, table):
        """Keep a table under `name`."""
        self.tables[name] = table

    def last(self):
        """The last run."""
        return self.runs.get("last")

    def note(self, table):
        """Keep notes until the run has ended."""
        self.noted = table

    def run(self, *arguments):
        """Run the stage with this memory, as a task does."""
        result = scrub(*arguments, self)
        self.runs["last"] = (result.kept, self.noted)
        return result


def part(*texts):
    return make_records(
        *(
            {
                "text": text,
                "title": text[:60],
                "url": f"https://a.example/p/{number}/{text[:20]}",
                "author": "Karim Raji",
                "attribution": "Office, 0537123456",
                "segments": [{"start": 0, "end": len(text), "language": "fra_Latn"}],
            }
            for number, text in enumerate(texts)
        )
    )


@few
@given(policies, policies, st.sets(st.sampled_from([*TEXTS, *ALLOWED]), min_size=1, max_size=4))
def test_a_changed_policy_gives_what_a_cold_build_gives(before, after, texts):
    """Types, actions, allow-lists, business identifiers and scores: the same bytes either way."""
    table, memory = part(*sorted(texts)), Kept()
    memory.run(table, Scrub(policy=before), CONTEXT)
    warm = memory.run(table, Scrub(policy=after), CONTEXT)
    cold = scrub(table, Scrub(policy=after), CONTEXT, Kept())
    back = memory.run(table, Scrub(policy=before), CONTEXT)
    alone = scrub(table, Scrub(policy=after), CONTEXT)
    assert warm.kept.equals(cold.kept)
    assert warm.dropped.equals(cold.dropped)
    assert cold.kept.equals(alone.kept)
    assert back.kept.equals(scrub(table, Scrub(policy=before), CONTEXT).kept)


def looked_at(monkeypatch):
    """The texts that are searched from now on."""
    seen = []
    candidates = engine.candidates

    def counted(texts, *width):
        seen.extend(texts)
        return candidates(texts, *width)

    monkeypatch.setattr(engine, "candidates", counted)
    return seen


def run(workspace, digest, policy):
    config = Scrub(policy=policy)
    step = Step(Stage(Scrub, scrub), config, stage_key(config, CONTEXT))
    return run_task(Task(workspace, (step,), digest, CONTEXT))[0]


def test_a_changed_policy_searches_no_text_again(tmp_path, monkeypatch):
    """In a build: what the first policy found serves the second, in another process as well."""
    workspace = Workspace(tmp_path / "w")
    digest = workspace.parts.write(part(*TEXTS[:20]))
    seen = looked_at(monkeypatch)
    run(workspace, digest, "law-09-08")
    assert set(TEXTS[:20]) <= set(seen)
    seen.clear()
    receipt = run(workspace, digest, Policy(actions={"PHONE": "drop"}))
    assert seen == []
    cold = Workspace(tmp_path / "cold")
    assert cold.parts.write(part(*TEXTS[:20])) == digest
    assert run(cold, digest, Policy(actions={"PHONE": "drop"})).kept == receipt.kept


def masked_anew(monkeypatch):
    """The texts that are masked from now on."""
    seen = []
    mask = Masker.mask

    def counted(self, texts, *rest):
        seen.extend(texts)
        return mask(self, texts, *rest)

    monkeypatch.setattr(Masker, "mask", counted)
    return seen


@pytest.mark.parametrize(
    ("after", "judged_otherwise"),
    [
        (Policy(name="another name"), set()),
        (Policy(minimum_score=0.51), set()),
        (Policy(actions={"PLATE": "drop"}), set()),
        (Policy(actions={"PHONE": "drop"}), {1}),
        (Policy(types=tuple(kind for kind in TYPES if kind != "EMAIL")), {2}),
        (Policy(allow=("0537123456",)), {1, 3}),
        (Policy(allow=("@Gmail.com",)), {2}),
        (Policy(allow=("@example.com",)), set()),
        (Policy(allow=("Karim Raji",)), {1, 2, 3}),
        (Policy(types=("PHONE", "EMAIL"), business=False), {0, 1, 2, 3}),
    ],
    ids=[
        "name",
        "score",
        "absent type",
        "action",
        "type",
        "figure",
        "domain",
        "absent domain",
        "words",
        "width",
    ],
)
def test_only_texts_that_a_policy_judges_otherwise_are_masked_anew(
    tmp_path, monkeypatch, after, judged_otherwise
):
    """The others are taken over from what the last policy gave, whatever that was about."""
    texts = [
        FILLER,
        "Tél : 0612345678",
        "karim.raji@gmail.com",
        "IBAN MA64 011519000001205000534921",
    ]
    table = make_records(*({"text": text, "title": None} for text in texts))
    workspace, cold = Workspace(tmp_path / "w"), Workspace(tmp_path / "cold")
    digest = workspace.parts.write(table)
    cold.parts.write(table)
    run(workspace, digest, Policy())
    seen = masked_anew(monkeypatch)
    receipt = run(workspace, digest, after)
    assert {texts.index(text) for text in seen if text in texts} == judged_otherwise
    assert run(cold, digest, after).kept == receipt.kept


def test_pseudonyms_are_written_anew(tmp_path):
    """The key may be another one by now."""
    (tmp_path / "private").mkdir()
    context = make_context(tier="restricted", private=tmp_path / "private")
    table, memory = part("Tél : 0612345678"), Kept()
    policy = Scrub(policy=Policy(action="pseudonym"))
    results = []
    for key in (b"k" * 32, b"l" * 32):
        (tmp_path / "private/pseudonym.key").write_bytes(key)
        results.append(memory.run(table, policy, context).kept.column("text").to_pylist())
    assert results[0] != results[1]


def test_the_plan_gives_a_bound_only_where_it_is_a_known_part_that_is_to_be_done(tmp_path):
    """That another part is known says nothing of how long a new one takes."""
    workspace = Workspace(tmp_path)
    parts = [workspace.parts.write(part(text)) for text in TEXTS[:2]]
    config = Scrub(policy="health")
    steps = (Step(Stage(Scrub, scrub), config, stage_key(config, CONTEXT)),)

    def line():
        plan = SimpleNamespace(context=CONTEXT)
        return _forecast_segment(plan, workspace, steps, parts, None, {})[0][0]

    run(workspace, parts[0], "law-09-08")
    assert (line().missing, line().remembers) == (2, True)
    run(workspace, parts[0], "health")
    assert (line().missing, line().remembers) == (1, False)


def test_notes_of_another_run_are_not_taken_for_those_of_this_part(tmp_path, monkeypatch):
    """A part that lost a record has no last run of its own, though what was found in it stays."""
    workspace = Workspace(tmp_path)
    whole = part(*TEXTS[:6])
    run(workspace, workspace.parts.write(whole), Policy())
    seen = masked_anew(monkeypatch)
    run(workspace, workspace.parts.write(whole.slice(1)), Policy(actions={"CARD": "drop"}))
    assert set(TEXTS[1:6]) <= set(seen)


def test_what_earlier_stages_drop_by_now_costs_the_rest_nothing(tmp_path, monkeypatch):
    """A limit that drops a record leaves what was found in the others of the part as read."""
    workspace, config = Workspace(tmp_path), Scrub()
    step = Step(Stage(Scrub, scrub), config, stage_key(config, CONTEXT))
    whole = part(*TEXTS[:12])
    origin = workspace.parts.write(whole)
    run_task(Task(workspace, (step,), origin, CONTEXT, origin))
    seen = looked_at(monkeypatch)
    fewer = workspace.parts.write(whole.slice(3))
    run_task(Task(workspace, (step,), fewer, CONTEXT, origin))
    assert seen == []


def test_fewer_types_look_only_around_what_is_masked(tmp_path, monkeypatch):
    """A text masked in fewer places is another text, but no document is searched as a whole."""
    workspace = Workspace(tmp_path)
    long = [f"{FILLER * 30}{text}\n{FILLER * 30}" for text in TEXTS[:8]]
    digest = workspace.parts.write(part(*long))
    run(workspace, digest, "law-09-08")
    seen = looked_at(monkeypatch)
    run(workspace, digest, Policy(types=("PHONE", "PERSON"), business=False))
    assert sum(map(len, seen)) < sum(map(len, long)) / 4


def test_the_erasure_index_uses_what_was_found(tmp_path, monkeypatch):
    """Entries of a published part are made without searching it again."""
    workspace = Workspace(tmp_path)
    digest = workspace.parts.write(part(*TEXTS[:10]))
    run(workspace, digest, "law-09-08")
    policy = policy_named("law-09-08")
    detector = remembered(policy, PartMemory(workspace, digest))
    seen = looked_at(monkeypatch)
    assert finder(policy, detector).find(TEXTS[:10]) == finder(policy).find(TEXTS[:10])
    assert not set(seen) - set(TEXTS[:10])
    assert len(seen) == 10, "only the finder without findings searched"


@pytest.mark.parametrize("texts", [[], ["", "\ud800", "Tél 0612345678", "ⴰⵢⵢⵓⵔ", "كريم"]])
def test_findings_come_back_as_they_were(texts):
    """Spans, types and scores survive the table, texts without any as well."""
    first = Detector(recall=lambda: None)
    before = [tuple(spans) for spans in first.candidates(texts)]
    table = first.findings()
    assert table.schema.equals(FINDINGS)
    again = Detector(recall=lambda: table)
    assert [tuple(spans) for spans in again.candidates(texts)] == before
    assert not again.learned
    assert again.findings().equals(table)


def test_findings_have_another_name_for_another_reach():
    """A policy that looks for no names does not serve one that does."""
    assert findings_name(Policy(types=("EMAIL",), business=False)) != findings_name(Policy())
    assert findings_name(Policy()) == findings_name(Policy(action=Action.DROP))


@pytest.mark.parametrize("policy", ["law-09-08", "health"])
def test_around_placeholders_is_far_enough(policy):
    """In long documents, a second masking finds nothing that the first left."""
    long = [
        f"{FILLER * 12}{first}\n{FILLER * 12}{second}"
        for first, second in zip(TEXTS[:30], TEXTS[30:], strict=True)
    ]
    once = Masker(policy).mask(long)
    twice = Masker(policy).mask([masked.text for masked in once])
    assert [masked.text for masked in twice] == [masked.text for masked in once]


def test_candidates_of_others_are_weighed_with_ours():
    """A model's name is masked where none of ours overlaps it, under its own score."""
    text = "Vu avec Zguindinet Oumgharnet hier, tél 0612345678."
    start = text.index("Zguindinet")
    theirs = [[Span(start, start + len("Zguindinet Oumgharnet"), "PERSON", 0.9)]]
    assert Masker().mask([text], theirs)[0].text == "Vu avec [PERSON] hier, tél [PHONE]."
    unsure = [[theirs[0][0]._replace(score=0.3)]]
    assert "Zguindinet" in Masker().mask([text], unsure)[0].text
    without = Masker(Policy(types=("PHONE",)))
    assert "Zguindinet" in without.mask([text], theirs)[0].text


def test_what_a_part_remembers_is_freed_with_it(tmp_path):
    """Findings are parts with a receipt under the part's name, so `gc` follows the part."""
    workspace = Workspace(tmp_path)
    memory = PartMemory(workspace, "0" * 64)
    assert memory.recall("x") is None
    memory.keep("x", pa.table({"a": pa.array([1])}))
    memory.keep("x", pa.table({"a": pa.array([2])}))
    assert memory.recall("x").column("a").to_pylist() == [2]
    assert memory.recall("y") is None


def test_a_policy_nobody_wrote_is_refused_by_name():
    """The named ones are listed."""
    with pytest.raises(PrivacyError, match='no privacy policy "gdpr"') as refused:
        policy_named("gdpr")
    assert refused.value.code == "PII001"
    assert "law-09-08" in refused.value.hint
