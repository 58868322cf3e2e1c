"""The stage: every column of a part, and what a tier allows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from work_rows import make_context, make_records

from corpusforge.errors import PrivacyError
from corpusforge.privacy.masking import SCRUBBER
from corpusforge.privacy.policy import Action, Policy
from corpusforge.record import DROPPED, WORK
from corpusforge.stages.scrub import Scrub, scrub

TEL = "0612345678"


def scrubbed(*rows, config=None, **context):
    """The kept rows of a part made of `rows`."""
    return scrub(make_records(*rows), config or Scrub(), make_context(**context))


def one(**row):
    """The first kept row."""
    return scrubbed({"text": "x", **row}).kept.to_pylist()[0]


def test_masks_the_text_and_counts():
    """Counts by type and the engine's version stand in the row, values nowhere."""
    row = one(text=f"Tél {TEL}, {TEL}, CIN AB123456")
    assert row["text"] == "Tél [PHONE], [PHONE], CIN [CIN]"
    assert row["pii"] == [{"type": "CIN", "count": 1}, {"type": "PHONE", "count": 2}]
    assert row["scrubber"] == SCRUBBER


def test_a_text_without_personal_data_stays_as_it_is():
    """The pii of such a row is empty, not null: it was looked at."""
    row = one(text="اشرب الماء ⵙⵓ ⴰⵎⴰⵏ", url="https://a.example/sante/eau", title="L'eau")
    assert (row["text"], row["url"], row["title"]) == (
        "اشرب الماء ⵙⵓ ⴰⵎⴰⵏ", "https://a.example/sante/eau", "L'eau",
    )  # fmt: skip
    assert row["pii"] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", f"Appelez le {TEL}"), ("title", "Lettre de Madame Karima Jabri"), ("section", "Lettre de Madame Karima Jabri"), ("author", "Karima Jabri"), ("author", "كريمة الجابري"),
        ("author", "k.jabri@example.com"), ("attribution", f"Karima Jabri, {TEL}"), ("date", f"né le 12/03/1990, {TEL}"),
        ("url", f"https://a.example/tel/{TEL}"), ("url", "https://a.example/?mail=k.jabri%40example.com"), ("url", "https://a.example/patients/karima-jabri.html"),
        ("url", f"https://user:{TEL}@a.example/x"), ("key", f"https://a.example/?t={TEL}"), ("key", "dossier-karima-jabri.pdf"), ("key", f"scan {TEL}.pdf"), ("key", "AB123456"),
    ],
)  # fmt: skip
def test_nothing_leaks_beside_the_text(column, value):
    """Titles, addresses, authors, dates and keys are read like texts."""
    kept = str(one(**{column: value})[column]).lower()
    for secret in (TEL, "jabri", "1990", "الجابري", "ab123456"):
        if column == "attribution" and secret == "jabri":
            continue  # a licence asks for the author's name
        assert secret not in kept


def test_evidence_of_a_licence_is_masked_too():
    """Words found on a page may be followed by a number."""
    evidence = {"kind": "statement", "value": f"CC BY, demander au {TEL}", "digest": "d"}
    assert (
        one(license_evidence=evidence)["license_evidence"]["value"] == "CC BY, demander au [PHONE]"
    )


def test_segments_move_with_the_text():
    """Offsets point at the same words after masking; a segment inside a span becomes the span."""
    text = f"Mon tel {TEL} سميتي كريم شكرا"
    cut = text.index("سميتي")
    row = one(
        text=text,
        segments=[
            {"start": 0, "end": cut, "language": "fra_Latn"},
            {"start": cut, "end": len(text), "language": "ary_Arab"},
        ],
    )
    first, second = row["segments"]
    assert row["text"][first["start"] : first["end"]] == "Mon tel [PHONE] "
    assert row["text"][second["start"] : second["end"]].startswith("سميتي")
    assert second["end"] == len(row["text"])


def test_the_schema_stays():
    """Stages fill columns in, they do not invent new ones."""
    split = scrubbed({"text": TEL})
    assert split.kept.schema == WORK
    assert split.dropped.schema == DROPPED


def test_an_action_can_drop_the_record_without_a_trace_of_it():
    """The dropped row names types, and its key and address are masked."""
    policy = Policy(actions={"CARD": Action.DROP})
    row = {
        "text": "carte 4564 8930 6348 1202",
        "key": f"f-{TEL}",
        "url": f"https://a.example/{TEL}",
    }
    split = scrubbed(row, config=Scrub(policy=policy))
    assert split.kept.num_rows == 0
    dropped = split.dropped.to_pylist()[0]
    assert (dropped["reason"], dropped["detail"]) == ("personal_data", "CARD")
    assert TEL not in str(dropped)


@pytest.mark.parametrize("tier", ["open", "gated"])
def test_public_tiers_take_placeholders_only(tier):
    """A keyed pseudonym is still personal data."""
    config = Scrub(policy=Policy(action=Action.PSEUDONYM))
    with pytest.raises(PrivacyError, match=r"PII002.*pseudonym"):
        scrubbed({"text": TEL}, config=config, tier=tier)


def test_closed_tiers_may_write_pseudonyms(tmp_path):
    """With a key in the private area; without it the stage refuses and says where it belongs."""
    config = Scrub(policy=Policy(action=Action.PSEUDONYM))
    with pytest.raises(PrivacyError, match=r"PII003.*pseudonym\.key"):
        scrubbed({"text": TEL}, config=config, tier="sealed", private=tmp_path)
    (tmp_path / "pseudonym.key").write_bytes(b"0123456789abcdef")
    kept = scrubbed({"text": TEL}, config=config, tier="sealed", private=tmp_path).kept
    assert kept.column("text")[0].as_py().startswith("[PHONE:")


def test_an_unknown_policy_is_refused_by_name():
    """The recipe's author learns which ones there are."""
    with pytest.raises(ValidationError, match="law-09-08, health"):
        Scrub(policy="gdpr")


def test_a_policy_by_name_is_written_out_in_the_config():
    """So that a policy whose meaning changed is another fingerprint."""
    assert Scrub().policy == Scrub(policy="law-09-08").policy
    assert Scrub().policy.name == "law-09-08"
    assert Scrub(policy="health").policy.minimum_score < Scrub().policy.minimum_score


def test_records_do_not_depend_on_their_part():
    """Parts can be cut anywhere."""
    rows = [{"text": f"tel {TEL}"}, {"text": "rien"}, {"text": "Madame Karima Jabri"}, {"text": ""}]
    whole = scrubbed(*[{**row, "key": str(n)} for n, row in enumerate(rows)]).kept.to_pylist()
    parts = [scrubbed({**row, "key": str(n)}).kept.to_pylist()[0] for n, row in enumerate(rows)]
    assert whole == parts


@pytest.mark.parametrize("seed", range(6))
def test_segments_move_as_single_offsets_do(seed):
    """All segments of a part at once, and one offset after the other: the same places."""
    import itertools
    import random

    import pyarrow as pa

    from corpusforge.privacy.columns import moved_segments
    from corpusforge.privacy.masking import mask
    from corpusforge.record import WORK

    rng = random.Random(seed)
    pieces = [f"Tél {TEL} ", "كريم ", "ⴰⵎⴰⵏ ", "x@example.com ", "AB123456 CIN ", "eau "]
    texts = ["".join(rng.choices(pieces, k=rng.randint(0, 9))) for _ in range(20)]
    masked = mask(texts)
    column = []
    for text in texts:
        cuts = sorted(rng.sample(range(len(text) + 1), min(len(text), rng.randint(0, 6))))
        column.append(
            None
            if rng.random() < 0.2
            else [
                {"start": a, "end": b, "language": rng.choice(["fra_Latn", "ary_Arab"])}
                for a, b in itertools.pairwise(cuts)
            ]
        )
    expected = []
    for segments, result in zip(column, masked, strict=True):
        if segments is None or not result.spans:
            expected.append(segments)
            continue
        cursor, new = 0, []
        for segment in segments:
            start = max(result.moved(segment["start"]), cursor)
            end = result.moved_end(segment["end"])
            if end > start:
                new.append({**segment, "start": start, "end": end})
                cursor = end
        expected.append(new)
    array = pa.chunked_array([pa.array(column, WORK.field("segments").type)])
    assert moved_segments(array, masked).to_pylist() == expected
