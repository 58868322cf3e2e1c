"""Annotation: what people are asked, where their answers are kept, and how Label Studio is used."""

#: The file of a dataset's ledger, in its folder of the private area.
LEDGER = "annotation.sqlite"
