"""The forms in which token ids are written, one module a form."""
