import signal
import subprocess
import sys
import time

import httpx2
import pytest
from label_studio import free_port, pushed_rows, surroundings
from test_push import draw

from corpusforge.annotation.nudge import Nudge
from corpusforge.annotation.push import push
from corpusforge.annotation.tasks import TASK_TYPES
from corpusforge.errors import AnnotationError


def test_only_who_knows_the_address_wakes_us():
    """A call to any other path is answered 404 and changes nothing."""
    with Nudge(f"http://127.0.0.1:{free_port()}") as nudge:
        base = nudge.url.rpartition("/")[0]
        assert httpx2.post(f"{base}/guess", json={"a": 1}).status_code == 404
        assert nudge.wait(0.05) is False
        assert httpx2.post(nudge.url, json={"action": "ANNOTATION_CREATED"}).status_code == 204
        assert nudge.wait(5) is True
        assert nudge.wait(0.05) is False


@pytest.mark.parametrize("url", ["http://192.0.2.1:9001", "http://127.0.0.1", "nonsense"])
def test_an_address_that_is_not_ours_is_refused(url):
    with pytest.raises(AnnotationError) as refused:
        Nudge(url)
    assert refused.value.code == "ANN049"


@pytest.mark.server
@pytest.mark.slow
def test_an_answer_is_fetched_as_soon_as_label_studio_calls(new_studio, quiet):
    """`pull --every` with a nudge: minutes before the clock would have asked."""
    studio = new_studio(LABEL_STUDIO_SSRF_PROTECTION_ENABLED="false")
    person = studio.invite("amal@example.org")
    with draw(studio, "nudged") as ledger:
        push(ledger, ledger.wave("nudged"), studio.client(), quiet)
        command = [sys.executable, "-m", "corpusforge", "annotate", "pull", "--every", "600"]
        command += ["--nudge", f"http://127.0.0.1:{free_port()}"]
        command += ["--workspace", str(studio.private.parent)]
        pulling = subprocess.Popen(
            command,
            env=surroundings(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert "0 answers count" in pulling.stdout.readline()
        row = pushed_rows(ledger, "nudged")[0]
        person.answer(TASK_TYPES["language"], row, row["language"])
        begun = time.monotonic()
        assert "1 new, 1 answers count" in pulling.stdout.readline()
        assert time.monotonic() - begun < 60
        pulling.send_signal(signal.SIGINT)
        pulling.communicate(timeout=30)
        assert pulling.returncode == 130
