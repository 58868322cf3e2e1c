"""Annotation: what people are asked, where their answers are kept, and how Label Studio is used."""
