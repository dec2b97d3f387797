"""Sets of pages with questions: our own text files, and JSON as SQuAD, KorQuAD, XQuAD and their kin have it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerback.core.grounding.passages import Block, Passage, split

OWN = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked on a page; `answers` is empty when the page does not say."""

    text: str
    answers: tuple[str, ...]
    page: int


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A site's pages, each as its passages, and what is asked on them."""

    name: str
    pages: tuple[tuple[Passage, ...], ...]
    questions: tuple[Question, ...]


def read(path: Path, paragraphs: int = 0) -> list[QuestionSet]:
    """The sets at a path: a JSON file is one, a folder of `.txt` pages is one, other folders are looked into.

    `paragraphs` cuts the articles of a JSON file into pages of so many paragraphs (0: an article is a page).
    """
    if path.is_file():
        return [_from_json(path, paragraphs)]
    texts = sorted(path.glob("*.txt"))
    found = [_from_texts(path.name, texts)] if texts else []
    for below in sorted(path.iterdir()):
        if below.is_dir() or below.suffix == ".json":
            found += read(below, paragraphs)
    return found


def _from_texts(name: str, texts: list[Path]) -> QuestionSet:
    pages, questions = [], []
    for number, path in enumerate(texts):
        title, blocks = "", []
        headings: tuple[str, ...] = ()
        for line in filter(None, map(str.strip, path.read_text(encoding="utf-8").splitlines())):
            mark, _, rest = line.partition(" ")
            if mark == "#":
                title, headings = rest, (rest,)
            elif mark == "##":
                headings = (title, rest)
            elif mark == "?":
                asked, _, answers = rest.partition(" => ")
                questions.append(Question(asked.strip(), tuple(part.strip() for part in answers.split(" | ")), number))
            elif mark == "!":
                questions.append(Question(rest, (), number))
            else:
                blocks.append(Block(line, headings))
        pages.append(tuple(split(blocks, url=f"https://{name}.example/{path.stem}", title=title)))
    return QuestionSet(name, tuple(pages), tuple(questions))


def _from_json(path: Path, paragraphs: int) -> QuestionSet:
    articles: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["data"]
    pages: list[tuple[Passage, ...]] = []
    questions = []
    for article in articles:
        title = article.get("title", "").replace("_", " ")
        size = paragraphs or len(article["paragraphs"])
        for start in range(0, len(article["paragraphs"]), size):
            part = article["paragraphs"][start : start + size]
            url = f"https://{path.stem}.example/{len(pages)}"
            blocks = [Block(line, (title,)) for item in part for line in item["context"].splitlines() if line.strip()]
            for item in part:
                for asked in item["qas"]:
                    answers = () if asked.get("is_impossible") else tuple(a["text"] for a in asked["answers"])
                    questions.append(Question(asked["question"], answers, len(pages)))
            pages.append(tuple(split(blocks, url=url, title=title)))
    return QuestionSet(path.stem, tuple(pages), tuple(questions))
