"""Language labels and the identifier."""

from pathlib import Path

#: The folder of the model that comes with the package.
SHIPPED = Path(__file__).parent / "model"

#: The files of a model folder that shape its answers.
FILES = ("model.json", "folding.npy", "arab.npy", "latn.npy")
