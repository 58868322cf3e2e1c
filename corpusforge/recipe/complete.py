"""What a recipe leaves to be understood: the languages of `identify`, the last stage."""

from __future__ import annotations

from corpusforge.recipe.models import Recipe
from corpusforge.stages.shard import Shard
from corpusforge.stages.stage import StageConfig


def complete(recipe: Recipe) -> Recipe:
    """The recipe with `languages` handed to `identify`, and `shard` where it belongs."""
    stages: list[StageConfig] = [
        stage.model_copy(update={"keep": recipe.languages})
        if _kind(stage) == "identify" and recipe.languages and not getattr(stage, "keep", None)
        else stage
        for stage in recipe.stages
    ]
    if not any(_kind(stage) == "shard" for stage in stages):
        # Before what works on the files of the release.
        end = next((n for n, stage in enumerate(stages) if stage.READS == "shard"), len(stages))
        stages.insert(end, Shard.model_validate({}))
    return recipe.model_copy(update={"stages": tuple(stages)})


def _kind(stage: StageConfig) -> str:
    return str(getattr(stage, "kind", ""))
