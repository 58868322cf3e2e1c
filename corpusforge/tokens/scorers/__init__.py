"""Scorers: models that read the token ids of texts and give each text named numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpusforge.errors import TokenError
from corpusforge.tokens.device import Device
from corpusforge.tokens.scorers.config import ScorerConfig
from corpusforge.tokens.scorers.scorer import Scorer

__all__ = ["Scorer", "ScorerConfig", "check_model", "load_scorers"]


def load_scorers(
    configs: Sequence[ScorerConfig], device: Device, tokenizer: str | None = None
) -> list[Scorer]:
    """The scorers of a recipe, each with its model on the device.

    Args:
        configs: kinds perplexity, quality and embedding; names need a text and its places, see
            `corpusforge.tokens.scorers.names`.
        device: where they compute.
        tokenizer: the vocabulary of the ids they will be given
            (`corpusforge.tokens.scorers.model.vocabulary`), to be refused if it is not theirs.

    Raises:
        TokenError: TOK031, TOK032, a model is broken or another one; TOK035, it reads ids of
            another vocabulary.

    """
    from corpusforge.tokens.scorers.embedding import Embedding
    from corpusforge.tokens.scorers.perplexity import Perplexity
    from corpusforge.tokens.scorers.quality import Quality

    kinds: dict[str, Callable[[ScorerConfig, Device], Scorer]] = {
        "perplexity": Perplexity,
        "quality": Quality,
        "embedding": Embedding,
    }
    found: list[Scorer] = []
    for config in configs:
        if config.kind not in kinds:
            raise TokenError(
                "TOK035",
                f"{config.name}: {config.kind} are found in texts, not in token ids",
                hint="use it in the stage `score`, before `scrub`",
            )
        scorer = kinds[config.kind](config, device)
        if tokenizer is not None and scorer.vocabulary != tokenizer:
            raise TokenError(
                "TOK035",
                f"{config.name}: the model reads ids of another tokenizer than the one given",
                where=str(config.model),
                hint="name a model trained with that tokenizer, or use the stage `score`, where "
                "each model reads texts by its own",
            )
        found.append(scorer)
    return found


def check_model(config: ScorerConfig) -> None:
    """All that can be known of a scorer's model without torch.

    Raises:
        TokenError: TOK031, a file is missing, broken or does not fit; TOK032, it is another model.

    """
    from corpusforge.tokens.folder import open_folder, tensors_of
    from corpusforge.tokens.scorers.model import check_use
    from corpusforge.tokens.scorers.names import person_outputs
    from corpusforge.tokens.scorers.quality import which_output

    folder = open_folder(config.model, config.digest)
    if config.kind == "perplexity":
        check_use(folder, "causal")
    elif config.kind == "names":
        check_use(folder, "tagger")
        person_outputs(folder.config, config.labels, str(folder.path))
    elif config.kind == "quality" and config.head is None:
        check_use(folder, "classifier")
        which_output(config, folder, 1)
    elif config.head is not None:
        tensors_of(config.head)
