import pytest
import tiny_models


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Folders of tiny models by name, made when first asked for."""
    pytest.importorskip("torch", reason="torch is not installed (extra `gpu`)")
    root = tmp_path_factory.mktemp("models")
    makers = {
        "lm": tiny_models.language_model,
        "classifier": tiny_models.classifier,
        "encoder": tiny_models.encoder,
        "tagger": tiny_models.tagger,
    }

    def made(name):
        folder = root / name
        return folder if folder.exists() else makers[name](folder)

    return made
