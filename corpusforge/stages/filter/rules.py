"""The rules of `filter`: which score is held against which threshold, from what size of text on."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

#: A rule's limit in a recipe: a number, or `"off"`; left out, what the table of the language says.
Limit = Annotated[float, Field(ge=0)] | Literal["off"] | None


class Rule(NamedTuple):
    """One rule.

    Attributes:
        limit: its key in recipes; begins with ``min_`` or ``max_``, which says how it compares.
        score: the field of `QUALITY` it looks at.
        reason: why a record is said to be dropped.
        needs: the score that must reach the recipe's `from_words` or `from_lines` before the rule
            speaks; empty where it always does.

    """

    limit: str
    score: str
    reason: str
    needs: Literal["words", "lines", ""]


#: In the order in which they are asked; the first that fails gives the reason.
RULES: tuple[Rule, ...] = (
    Rule("max_lorem_ipsum", "lorem_ipsum", "filler_text", ""),
    Rule("min_mean_word_length", "mean_word_length", "word_length", "words"),
    Rule("max_mean_word_length", "mean_word_length", "word_length", "words"),
    Rule("min_alpha_words", "alpha_words_share", "few_letters", "words"),
    Rule("max_symbols", "symbol_ratio", "symbols", "words"),
    Rule("max_curly_brackets", "curly_brackets_share", "code", "words"),
    Rule("max_duplicate_lines", "duplicate_lines_share", "repeated_lines", "lines"),
    Rule(
        "max_duplicate_line_characters",
        "duplicate_line_characters_share",
        "repeated_lines",
        "lines",
    ),
    Rule(
        "max_duplicate_paragraphs",
        "duplicate_paragraphs_share",
        "repeated_paragraphs",
        "lines",
    ),
    Rule(
        "max_duplicate_paragraph_characters",
        "duplicate_paragraph_characters_share",
        "repeated_paragraphs",
        "lines",
    ),
    Rule("max_top_2gram", "top_2gram_share", "repeated_phrase", "words"),
    Rule("max_top_3gram", "top_3gram_share", "repeated_phrase", "words"),
    Rule("max_top_4gram", "top_4gram_share", "repeated_phrase", "words"),
    Rule("max_duplicate_5gram", "duplicate_5gram_share", "repeated_passages", "words"),
    Rule("max_duplicate_6gram", "duplicate_6gram_share", "repeated_passages", "words"),
    Rule("max_duplicate_7gram", "duplicate_7gram_share", "repeated_passages", "words"),
    Rule("max_duplicate_8gram", "duplicate_8gram_share", "repeated_passages", "words"),
    Rule("max_duplicate_9gram", "duplicate_9gram_share", "repeated_passages", "words"),
    Rule("max_duplicate_10gram", "duplicate_10gram_share", "repeated_passages", "words"),
    Rule("min_stop_words", "stop_words", "few_function_words", "words"),
    Rule("min_terminal_punctuation", "terminal_punctuation_share", "unpunctuated", "lines"),
    Rule("max_short_lines", "short_lines_share", "short_lines", "lines"),
    Rule("max_newlines_per_word", "newlines_per_word", "list_like", "lines"),
    Rule("max_bullet_lines", "bullet_lines_share", "bullet_list", "lines"),
    Rule("max_ellipsis_lines", "ellipsis_lines_share", "cut_lines", "lines"),
    Rule("max_javascript_lines", "javascript_lines_share", "javascript_notice", ""),
    Rule("max_policy_lines", "policy_lines_share", "policy_text", ""),
)


class Limits(BaseModel):
    """Limits of rules; what is not stated is taken from the table of the language."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    max_lorem_ipsum: Limit = Field(default=None, description="Times that Lorem ipsum begins.")
    min_mean_word_length: Limit = Field(default=None, description="Least mean letters of a word.")
    max_mean_word_length: Limit = Field(default=None, description="Most mean letters of a word.")
    min_alpha_words: Limit = Field(default=None, description="Least share of words with a letter.")
    max_symbols: Limit = Field(default=None, description="Most hash signs, or ellipses, to words.")
    max_curly_brackets: Limit = Field(
        default=None, description="Most curly brackets among characters."
    )
    max_duplicate_lines: Limit = Field(
        default=None, description="Most lines seen before in the text."
    )
    max_duplicate_line_characters: Limit = Field(
        default=None, description="Most letters in such lines."
    )
    max_duplicate_paragraphs: Limit = Field(
        default=None, description="Most paragraphs seen before in the text."
    )
    max_duplicate_paragraph_characters: Limit = Field(
        default=None, description="Most letters in such paragraphs."
    )
    max_top_2gram: Limit = Field(
        default=None, description="Most letters in the most frequent word pair."
    )
    max_top_3gram: Limit = Field(default=None, description="The same for runs of three words.")
    max_top_4gram: Limit = Field(default=None, description="The same for runs of four words.")
    max_duplicate_5gram: Limit = Field(
        default=None, description="Most letters in runs of five words seen before in the text."
    )
    max_duplicate_6gram: Limit = Field(default=None, description="The same for runs of six words.")
    max_duplicate_7gram: Limit = Field(
        default=None, description="The same for runs of seven words."
    )
    max_duplicate_8gram: Limit = Field(
        default=None, description="The same for runs of eight words."
    )
    max_duplicate_9gram: Limit = Field(default=None, description="The same for runs of nine words.")
    max_duplicate_10gram: Limit = Field(default=None, description="The same for runs of ten words.")
    min_stop_words: Limit = Field(
        default=None, description="Least different function words of the language."
    )
    min_terminal_punctuation: Limit = Field(
        default=None, description="Least share of lines that end like a sentence."
    )
    max_short_lines: Limit = Field(default=None, description="Most lines of at most 30 characters.")
    max_newlines_per_word: Limit = Field(default=None, description="Most line breaks to words.")
    max_bullet_lines: Limit = Field(
        default=None, description="Most lines that begin like a list item."
    )
    max_ellipsis_lines: Limit = Field(
        default=None, description="Most lines that end with an ellipsis."
    )
    max_javascript_lines: Limit = Field(
        default=None, description="Most lines that speak of JavaScript."
    )
    max_policy_lines: Limit = Field(
        default=None, description="Most lines that name terms, cookies or privacy policies."
    )
