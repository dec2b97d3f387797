"""However deep quotes and lists are nested, no word is lost."""

from __future__ import annotations

import pytest
from answerback.core.markdown import render


@pytest.mark.parametrize("depth", [1, 8, 16, 20, 21, 40, 300])
def test_deep_quotes_keep_their_words(depth: int) -> None:
    html = render("\n".join(f"{'>' * level} word{level}" for level in range(1, depth + 1)))
    assert [level for level in range(1, depth + 1) if f"word{level}" not in html] == []


@pytest.mark.parametrize("depth", [1, 6, 9, 12, 13, 30])
def test_deep_lists_keep_their_words(depth: int) -> None:
    html = render("\n".join(f"{'  ' * level}- word{level}" for level in range(depth)))
    assert [level for level in range(depth) if f"word{level}" not in html] == []


@pytest.mark.parametrize("mark", ["> - ", "- > ", "> > - - ", "1. > "])
def test_mixed_nesting_keeps_its_words(mark: str) -> None:
    assert "at the bottom" in render(mark * 30 + "at the bottom")
