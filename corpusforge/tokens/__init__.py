"""Token ids: exact encoders, training and comparing tokenizers, how much a language costs."""
