"""A real Label Studio for each module that needs one, on a copy of one migrated data directory."""

from __future__ import annotations

import pytest
from label_studio import Studio, prepare

from corpusforge.errors import AnnotationError


@pytest.fixture(scope="session")
def label_studio():
    """The installed Label Studio, and the template of its data; skips where it cannot be had."""
    try:
        return prepare()
    except AnnotationError as error:
        if error.code == "ANN032":
            pytest.skip(f"Label Studio cannot be installed here: {error.message}")
        raise


@pytest.fixture(scope="module")
def new_studio(label_studio, tmp_path_factory):
    """Start Label Studios of one's own, `new_studio(SETTING=value)`; all are stopped at the end."""
    started = []

    def start(**settings):
        private = tmp_path_factory.mktemp("workspace") / "private"
        private.mkdir()
        studio = Studio(private, *label_studio, **settings)
        started.append(studio)
        return studio.start()

    yield start
    for studio in started:
        studio.stop()


@pytest.fixture(scope="module")
def studio(new_studio):
    """The module's Label Studio; its `private` is the private area of a workspace."""
    return new_studio()


@pytest.fixture(scope="module")
def steward(studio):
    """Our client, as the steward."""
    return studio.client()


@pytest.fixture(scope="module")
def annotators(studio):
    """Three people with accounts: 95, 85 and 70 in 100 of their answers are right."""
    names = ("amal", "brahim", "chama")
    people = [studio.invite(f"{name}@example.org") for name in names]
    for person, accuracy in zip(people, (0.95, 0.85, 0.7), strict=True):
        person.accuracy = accuracy
    return people


@pytest.fixture
def quiet():
    """A report that keeps what it is told."""
    events = []

    def report(event, **facts):
        events.append((event, facts))

    report.events = events
    return report
