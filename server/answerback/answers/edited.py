"""Handles answers whose question was edited: none is shown as an answer to the new text."""

from __future__ import annotations

from ..core.markdown import render
from ..db.work import Work
from ..sites.settings import Site
from . import edits_store
from .run import QUESTION_EDITED, failure_text


def end_answers(site: Site, question_id: str) -> Work[list[str]]:
    """Removes the answers to an earlier wording of a question, which can be asked again; returns their ids."""
    text = failure_text(QUESTION_EDITED, False, site.lang)
    return (yield from edits_store.end_answers(site.key, question_id, text, render(text)))
