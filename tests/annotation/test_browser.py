"""What annotators see and do, in a real browser; directions are measured, not believed.

Set CORPUSFORGE_SCREENSHOTS to a folder to look at the pages yourself.
"""

from __future__ import annotations

import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from label_studio import pushed_rows
from task_builders import DATASET, TEXTS, make_tasks

from corpusforge.annotation.ledger import Ledger
from corpusforge.annotation.pull import pull
from corpusforge.annotation.push import push
from corpusforge.annotation.tasks import Prediction

pytestmark = [pytest.mark.server, pytest.mark.slow]

CHROMIUM = os.environ.get("CORPUSFORGE_CHROMIUM") or shutil.which("chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--no-default-browser-check"),
)

#: More than one line: each script on its own, French inside Arabic, numbers and brackets.
LINES = (
    "واش كاين شي دوا ديال السكر؟\n"
    "la pharmacie est fermée, revenez demain.\n"
    "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ, ⵎⴰⵏⵉⴽ ⵜⴳⴰⵎ!\n"
    "قال ليا: «le médecin» مكاينش (2 مرات)، Doliprane 500 mg!"
)
RIGHT_TO_LEFT = ("ary_Arab", "arb_Arab")


@pytest.fixture(scope="module")
def page(studio, annotators):
    """A browser page in which the first annotator has logged in."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-core")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(30_000)
        page.goto(f"{studio.url}/user/login/")
        page.fill("input[name=email]", annotators[0].email)
        page.fill("input[name=password]", annotators[0].password)
        page.click("[type=submit]")
        page.wait_for_function("!location.pathname.startsWith('/user/login')")
        yield page
        browser.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    """Where screenshots go."""
    folder = Path(os.environ.get("CORPUSFORGE_SCREENSHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def ask(studio, steward, quiet):
    """Push tasks of a type with these texts, and give ledger, project and rows by text."""
    opened = []

    def push_texts(wave, kind, texts, predictions=None):
        ledger = Ledger(studio.private, DATASET)
        opened.append(ledger)
        tasks = []
        for place, text in enumerate(texts):
            (plain, *_) = make_tasks(ledger, wave, kind, 1)
            shown = (predictions or {}).get(text)
            fields = {
                "text": text,
                "end": len(text),
                "record": f"{place:032x}",
                "key": ledger.key(wave, kind, f"{place:032x}", 0, len(text)),
                "prediction": None if shown is None else Prediction(shown, 0.5, "m"),
            }
            tasks.append(type(plain)(**{**vars(plain), **fields}))
        ledger.add_wave(wave, kind, {}, tasks)
        project = push(ledger, ledger.wave(wave), steward, quiet).project
        return ledger, project, {row["text"]: row for row in pushed_rows(ledger, wave)}

    yield push_texts
    for ledger in opened:
        ledger.close()


def open_task(page, studio, project, row):
    """Show one task, ready to be answered."""
    page.goto(f"{studio.url}/projects/{project}/data?task={row['task_id']}")
    page.wait_for_selector(
        f".cf-text [class*=richtext__line]:has-text({json.dumps(word(row), ensure_ascii=False)})"
    )
    page.wait_for_timeout(800)  # highlights are drawn after the text
    return page


def word(row):
    """A word to wait for."""
    return row["text"].split()[0].strip("\u200f")


#: Rectangles (left, right, top) of the characters from `start` to `end` of the text on the page.
#: Breaks between lines count one, as in the text.
_PLACE = """([start, end]) => {
  const box = document.querySelector('.cf-text [class*=richtext__container]');
  const range = document.createRange();
  let seen = 0, begun = false;
  const walk = node => {
    if (node.nodeName === 'BR') { seen += 1; return false; }
    if (node.nodeType !== 3) {
      for (const child of node.childNodes) if (walk(child)) return true;
      return false;
    }
    const points = Array.from(node.data);
    const units = count => points.slice(0, count).join('').length;
    if (!begun && start < seen + points.length) {
      range.setStart(node, units(start - seen)); begun = true;
    }
    if (begun && end <= seen + points.length) {
      range.setEnd(node, units(end - seen)); return true;
    }
    seen += points.length;
    return false;
  };
  if (!walk(box)) return null;
  return Array.from(range.getClientRects()).filter(r => r.width > 0)
    .map(r => [r.left, r.right, r.top, r.bottom]);
}"""


def place(page, text, part, *, last=False):
    """Left, right, top and bottom of a part of the text, as it is drawn."""
    start = text.rindex(part) if last else text.index(part)
    rectangles = page.evaluate(_PLACE, [start, start + len(part)])
    assert rectangles, f"{part!r} is not drawn"
    lefts, rights, tops, bottoms = zip(*rectangles, strict=True)
    return min(lefts), max(rights), min(tops), max(bottoms)


def runs_to_the_left(page, text, line):
    """Whether a line is drawn from the right: its first word is to the right of its last."""
    words = line.split()
    start = text.index(line)
    first = page.evaluate(_PLACE, [start, start + len(words[0])])[0]
    ends = start + len(line)
    last = page.evaluate(_PLACE, [ends - len(words[-1]), ends])[-1]
    return first[0] > last[0]


def test_every_line_is_drawn_in_its_own_direction(page, studio, ask, shots):
    """Arabic from the right with its stop at the left end; Tifinagh and Latin from the left."""
    _, project, rows = ask("directions", "language", [text for text, _ in TEXTS])
    for number, (text, language) in enumerate(TEXTS):
        open_task(page, studio, project, rows[text])
        page.screenshot(path=str(shots / f"{number}-{language}.png"))
        for line in (whole.strip("\u200f") for whole in text.splitlines()):
            right_to_left = language in RIGHT_TO_LEFT
            assert runs_to_the_left(page, text, line) is right_to_left, line
            box = page.locator(".cf-text [class*=richtext__container]").bounding_box()
            first = place(page, text, line.split()[0])
            stop = place(page, text, line[-1], last=True)
            if right_to_left:
                assert first[1] > box["x"] + box["width"] - 40, "an Arabic line sits at the right"
                assert stop[0] < first[0], "its last sign is at the left end"
            else:
                assert first[0] < box["x"] + 40, "a Latin line sits at the left"


def test_lines_of_several_scripts_each_run_their_way(page, studio, ask, shots):
    """In one task: an Arabic line, a French one, a Tifinagh one, and one that mixes."""
    _, project, rows = ask("lines", "quality", [LINES])
    open_task(page, studio, project, rows[LINES])
    page.screenshot(path=str(shots / "lines.png"))
    directions = [runs_to_the_left(page, LINES, line) for line in LINES.split("\n")]
    assert directions == [True, False, False, True]
    tops = [place(page, LINES, line.split()[0])[2] for line in LINES.split("\n")]
    steps = [after - before for before, after in pairwise(tops)]
    assert all(30 < step < 60 for step in steps), f"one line below the other, no gaps: {steps}"


def test_marked_words_keep_their_place_in_the_line(page, studio, ask, shots):
    """A mark on half of a French expression in Arabic does not turn its halves around."""
    text = TEXTS[1][0]
    start = text.index("le rendez")
    marked = [{"start": start, "end": start + 2, "label": "fra_Latn"}]
    _, project, rows = ask("marks", "switching", [text], {text: marked})
    open_task(page, studio, project, rows[text])
    page.wait_for_selector("[class*=htx-highlight]")
    page.screenshot(path=str(shots / "marks.png"))
    assert place(page, text, "le ")[0] < place(page, text, "rendez-vous")[0]
    assert place(page, text, "خديت")[0] > place(page, text, "le ")[0]
    drawn = page.locator("[class*=htx-highlight]").first.bounding_box()
    left, right, *_ = place(page, text, "le")
    assert abs(drawn["x"] - left) < 3
    assert abs(drawn["x"] + drawn["width"] - right) < 3


def test_a_label_is_picked_by_its_key_and_submitted(page, studio, ask, steward, quiet, shots):
    """Keys 1 and 4 pick Darija and Tamazight, Ctrl+Enter submits, and the codes come back."""
    darija, tamazight = TEXTS[0][0], TEXTS[3][0]
    ledger, project, rows = ask("keys", "language", [darija, tamazight])
    for text, key, code in ((darija, "1", "ary_Arab"), (tamazight, "4", "zgh_Tfng")):
        open_task(page, studio, project, rows[text])
        page.keyboard.press(key)
        assert page.locator(f"input[name={code}]").is_checked()
        page.screenshot(path=str(shots / f"picked-{code}.png"))
        submit(page, key="Control+Enter")
    pull(ledger, ledger.wave("keys"), steward, quiet)
    values = {row["task"]: json.loads(row["value"]) for row in ledger.answers("keys").to_pylist()}
    assert values == {rows[darija]["task"]: "ary_Arab", rows[tamazight]["task"]: "zgh_Tfng"}
    assert all(row["lead_time"] > 0 for row in ledger.answers("keys").to_pylist())


def submit(page, key=None):
    """Submit the answer and wait until the server has it."""
    with page.expect_response(
        lambda got: "/annotations" in got.url and got.request.method == "POST"
    ) as answer:
        if key:
            page.keyboard.press(key)
        else:
            page.get_by_role("button", name="Submit").click()
    assert answer.value.status == 201


def drag(page, text, part):
    """Select a part of the text with the mouse, from where it begins to where it ends."""
    left, right, top, bottom = place(page, text, part)
    arabic = any("\u0600" <= sign <= "\u06ff" for sign in part)
    begin, end = (right - 1, left + 1) if arabic else (left + 1, right - 1)
    height = (top + bottom) / 2
    page.mouse.move(begin, height)
    page.mouse.down()
    page.mouse.move((begin + end) / 2, height, steps=5)
    page.mouse.move(end, height, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)


@pytest.mark.parametrize(
    ("kind", "label", "text", "part"),
    [
        ("switching", "arb_Arab", TEXTS[2][0], "تاج"),
        ("switching", "fra_Latn", TEXTS[1][0], "rendez-vous"),
        ("switching", "zgh_Tfng", TEXTS[4][0], "ⵜⴰⵏⵎⵎⵉⵔⵜ"),
        ("switching", "fra_Latn", "😀😀\n" + LINES, "pharmacie"),
        ("personal_data", "PERSON", "😀 شفت الوردة الحمرا\nفالجنان ⴰⴳⴰⴷⵉⵔ", "الوردة الحمرا"),
        ("personal_data", "PERSON", "😀 شفت الوردة الحمرا\nفالجنان ⴰⴳⴰⴷⵉⵔ", "الجنان"),
    ],
    ids=["after an emoji", "french", "tifinagh", "second line", "symbols", "symbols below"],
)
def test_a_span_made_with_the_mouse_comes_back_where_it_was(  # noqa: PLR0917
    page, studio, ask, steward, quiet, shots, kind, label, text, part
):
    """After emojis and line breaks, in every script: `text[start:end]` is what was selected."""
    wave = f"mouse-{kind}-{len(text)}-{len(part)}"
    ledger, project, rows = ask(wave, kind, [text])
    open_task(page, studio, project, rows[text])
    shown = json.dumps(name_of(kind, label), ensure_ascii=False)
    page.locator(f".cf-answer [class*=label]:has-text({shown})").last.click()
    drag(page, text, part)
    page.screenshot(path=str(shots / f"{wave}.png"))
    submit(page)
    done = pull(ledger, ledger.wave(wave), steward, quiet)
    assert done.quarantined == {}
    (answer,) = ledger.answers(wave).to_pylist()
    (span,) = json.loads(answer["value"])
    assert (text[span["start"] : span["end"]], span["label"]) == (part, label)


def name_of(kind, code):
    """The name a label is shown by."""
    from corpusforge.annotation.tasks import TASK_TYPES

    return next(one.name for one in TASK_TYPES[kind].choices if one.code == code)


def test_stars_and_corrections_come_back(page, studio, ask, steward, quiet, shots):
    """A rating by its key; a transcription corrected in place, also where nothing was suggested."""
    text = TEXTS[0][0]
    ledger, project, rows = ask("stars", "quality", [text])
    open_task(page, studio, project, rows[text])
    page.locator(".cf-answer .ant-rate-star").nth(3).click()
    page.screenshot(path=str(shots / "stars.png"))
    submit(page)
    pull(ledger, ledger.wave("stars"), steward, quiet)
    assert ledger.answers("stars").column("value").to_pylist() == ["4"]

    ledger, project, rows = ask("corrected", "transcription", [text])
    open_task(page, studio, project, rows[text])
    page.screenshot(path=str(shots / "transcription.png"))
    box = page.locator(".cf-answer textarea").first
    assert box.input_value() == text
    box.fill(text.replace("كاين", "كاينة") + " ⴰⵣⵓⵍ")
    page.get_by_role("button", name="Add").click()
    page.screenshot(path=str(shots / "corrected.png"))
    submit(page)
    pull(ledger, ledger.wave("corrected"), steward, quiet)
    (value,) = ledger.answers("corrected").column("value").to_pylist()
    assert json.loads(value) == text.replace("كاين", "كاينة") + " ⴰⵣⵓⵍ"


def test_the_guideline_is_shown_in_both_directions(page, studio, ask, shots):
    """Before the first task: French from the left, Arabic from the right."""
    _, project, _ = ask("told", "switching", [TEXTS[0][0]])
    page.goto(f"{studio.url}/projects/{project}/data?labeling=1")
    page.wait_for_selector("div[lang=ar] p")
    page.screenshot(path=str(shots / "guideline.png"))
    align = "node => [getComputedStyle(node).direction, node.getBoundingClientRect().height > 0]"
    assert page.locator("div[lang=ar] p").first.evaluate(align) == ["rtl", True]
    assert page.locator("div[lang=fr] p").first.evaluate(align) == ["ltr", True]
