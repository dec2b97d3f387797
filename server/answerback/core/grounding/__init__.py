"""Grounding: which sentences of a site answer a question, and whether they support an answer."""
