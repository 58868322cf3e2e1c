"""The command line: parse, call, render; no logic."""

import os


def main() -> None:
    """Entry point of the `corpusforge` command."""
    from corpusforge.memory import for_batches

    for_batches()
    # To look for plugins of pydantic reads the metadata of all that is installed; none is used.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from corpusforge.cli.app import main as run

    run()
