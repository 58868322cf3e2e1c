"""Labelling configurations: what Label Studio shows for each task type.

Codes are stored, names in the annotators' languages and scripts are shown. The style rule makes
every line a paragraph that takes the direction of its first strong letter, so that Darija with
French in it, Tifinagh and plain French each run their own way and sit at their own side. Marked
words must not be isolated from the rest of the line (a rule on everything inside would do that):
half of a French word would change places with the other. Direction on the text tag, on a view
around it, or from a variable, has no effect or the wrong one.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from corpusforge.annotation.answers import CONTROL, OBJECT
from corpusforge.annotation.canonical import sha256

if TYPE_CHECKING:
    from corpusforge.annotation.tasks import TaskType

_FONTS = (
    "'Noto Naskh Arabic', 'Noto Sans Arabic', 'Noto Sans Tifinagh', 'Noto Sans', Ebrima, "
    "'Segoe UI', 'Geeza Pro', Tahoma, sans-serif"
)

_STYLE = f"""<Style>
    .cf-text [class*="richtext"], .cf-text [class*="richtext"] * {{
      font-size: 20px !important; line-height: 2 !important;
      font-family: {_FONTS} !important;
    }}
    .cf-text [class*="richtext__line"] {{
      display: block !important; min-height: 1em !important;
      unicode-bidi: plaintext !important; text-align: start !important;
    }}
    .cf-text [class*="richtext__line"] * {{ unicode-bidi: normal !important; }}
    .cf-text [class*="richtext__container"] br {{ display: none !important; }}
    .cf-answer textarea, .cf-answer [class*="textarea"] p {{
      unicode-bidi: plaintext !important; text-align: start !important;
      font-size: 18px !important; line-height: 1.9 !important;
      font-family: {_FONTS} !important;
    }}
    .cf-answer {{ font-family: {_FONTS}; margin-top: 1em; }}
  </Style>"""


def labelling_config(kind: TaskType) -> str:
    """The XML of a task type: one control, `answer`, about one text, `text`."""
    shown = f'<Text name="{OBJECT}" value="$text"{_granularity(kind)}/>'
    text = f'<View className="cf-text">{shown}</View>'
    control = {"choice": _choices, "spans": _labels, "rating": _rating, "text": _textarea}
    answer = f'<View className="cf-answer">{control[kind.answer](kind)}</View>'
    # Labels stand above the text: they are picked before the mouse goes to the words.
    parts = (answer, text) if kind.answer == "spans" else (text, answer)
    return "\n  ".join(("<View>", _STYLE, *parts)) + "\n</View>\n"


def config_digest(kind: TaskType) -> str:
    """SHA-256 of the configuration, as wave manifests keep it."""
    return sha256(labelling_config(kind))


def _granularity(kind: TaskType) -> str:
    return f' granularity="{kind.granularity}"' if kind.answer == "spans" else ""


def _choices(kind: TaskType) -> str:
    rows = "".join(
        f'\n    <Choice value="{choice.code}" html="{escape(_isolated(choice.name))}"'
        f' hotkey="{choice.key}"/>'
        for choice in kind.choices
    )
    return (
        f'<Choices name="{CONTROL}" toName="{OBJECT}" choice="single" required="true"'
        f' showInline="true">{rows}\n  </Choices>'
    )


def _labels(kind: TaskType) -> str:
    rows = "".join(
        f'\n    <Label value="{choice.code}" html="{escape(_isolated(choice.name))}"'
        f' hotkey="{choice.key}" background="{choice.colour}"/>'
        for choice in kind.choices
    )
    return f'<Labels name="{CONTROL}" toName="{OBJECT}" choice="single">{rows}\n  </Labels>'


def _rating(kind: TaskType) -> str:
    return (
        f'<Rating name="{CONTROL}" toName="{OBJECT}" maxRating="{len(kind.choices)}"'
        f' required="true" size="large"/>'
    )


def _textarea(kind: TaskType) -> str:
    del kind
    return (
        f'<TextArea name="{CONTROL}" toName="{OBJECT}" value="$text" rows="6" editable="true"'
        f' maxSubmissions="1" required="true" showSubmitButton="true"/>'
    )


def _isolated(name: str) -> str:
    return f"<bdi>{escape(name)}</bdi>"
