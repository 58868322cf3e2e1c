"""The command line: parse, call, render; no logic."""


def main() -> None:
    """Entry point of the `corpusforge` command."""
    from corpusforge.memory import for_batches

    for_batches()
    from corpusforge.cli.app import main as run

    run()
