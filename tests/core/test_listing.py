"""A listing stays within its bytes whatever was written, and everything is reached from it."""

from __future__ import annotations

from dataclasses import replace

from answerback.core.listing import MOST_BYTES, fit, shortened, size_of
from answerback.core.model import Comment
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.long_threads import comment

TEXTS = st.sampled_from(["", "short", "&" * 5_000, "🙂" * 5_000, "long " * 400])


def written(id: str, text: str, parent: Comment | None = None, at: int = 0, **given: bool) -> Comment:
    html = f"<p>{text.replace('&', '&amp;')}</p>"
    return replace(comment(id, parent, at, **given), body=text, html=html)


def ids(roots: list[Comment]) -> list[str]:
    return [id for root in roots for id in (root.id, *ids(root.replies))]


def size(roots: list[Comment]) -> int:
    return sum(size_of(root) + size(root.replies) for root in roots)


def test_small_listing_is_left_as_it_is() -> None:
    root = written("root", "& " * 1_000)
    root.replies.append(written("reply", "short", root))
    fitted = fit([root], {"reply"})
    assert (fitted.roots, fitted.later) == ([root], {})


def test_long_texts_are_cut_before_replies_are_left_out() -> None:
    roots = [written(f"root{number}", "x" * 5_000) for number in range(30)]
    fitted = fit(roots, set())
    assert [root.id for root in fitted.roots] == [root.id for root in roots]
    assert all(root.cut and root.html == f"<p>{root.body}…</p>" for root in fitted.roots)
    assert all(root.body == "x" * len(root.body) for root in fitted.roots)


def test_cut_text_is_plain() -> None:
    cut = shortened(written("a", "<b>one</b>\n\ntwo " + "x" * 700), 600)
    assert cut.html.startswith("<p>&lt;b&gt;one&lt;/b&gt;</p><p>two xx")
    assert cut.public()["cut"] is True
    assert "cut" not in written("a", "x").public()


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=60), st.booleans()), min_size=1, max_size=60))
def test_listing_stays_within_its_bytes(threads: list[tuple[str, list[str], bool]]) -> None:
    roots, replies = [], set()
    for number, (text, below, pinned) in enumerate(threads):
        root = written(f"{number:03}", text, at=number, pinned=pinned and number < 20)
        last = root
        for at, each in enumerate(below):
            reply = written(f"{root.id}-{at:03}", each, last if at % 3 else root, 1_000 + at)
            (last if at % 3 else root).replies.append(reply)
            last = reply if at % 3 != 2 else root
            replies.add(reply.id)
        roots.append(root)
    fitted = fit(roots, replies)
    assert size(fitted.roots) <= MOST_BYTES
    plain, kept = ([root.id for root in each if not root.pinned] for each in (roots, fitted.roots))
    assert plain[: len(kept)] == kept
    assert bool(kept) or not plain
    by_id = {root.id: root for root in roots}
    for root in fitted.roots:
        shown, wanted = ids(root.replies), sorted(ids(by_id[root.id].replies))
        assert sorted(shown) == wanted[: len(shown)]
        assert (root.id in fitted.later) is (len(shown) < len(wanted))
        if root.id in fitted.later:
            last_shown = fitted.later[root.id]
            assert (last_shown.id if last_shown else None) == (max(shown) if shown else None)
