"""A Label Studio that cannot be reached stops no build."""

from test_annotation_flow import ledger_of, place, run

__all__ = ["place"]  # a fixture


def test_a_server_that_does_not_answer_is_said_and_the_build_goes_on(place, tmp_path, monkeypatch):
    """The wave stays in the ledger, for `annotate push` and for the next build."""
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    built, events = run(place(), tmp_path)
    (said,) = [facts for event, facts in events if event == "unpushed"]
    assert said["waves"] == "language-1"
    assert said["why"].startswith("ANN0")
    assert built.release.rows == 120
    with ledger_of(tmp_path) as ledger:
        assert ledger.wave("language-1").state == "drawn"
