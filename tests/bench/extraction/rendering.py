"""Texts as the HTML that generators, shops and boards make of them: one dialect for each."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import groupby

from .contents import Part, Text, cells

Render = Callable[[str, int], str]


def slug(number: int) -> str:
    """The id of a heading."""
    return f"part-{number}"


def plain_heading(text: str, number: int) -> str:
    """A heading and nothing else."""
    return f"<h2>{text}</h2>"


def anchored(sign: str, attributes: str = "") -> Render:
    """Headings with a link to themselves behind them."""
    return lambda text, number: f'<h2 id="{slug(number)}">{text}<a {attributes} href="#{slug(number)}">{sign}</a></h2>'


def plain_code(lines: str, number: int) -> str:
    """Code as it is."""
    return f"<pre><code>{lines}</code></pre>"


def pygments(lines: str, number: int) -> str:
    """Code as Sphinx has it, with line numbers and a button."""
    numbers = "\n".join(str(n + 1) for n in range(lines.count("\n") + 1))
    return (
        f'<div class="highlight-python notranslate"><table class="highlighttable"><tr><td class="linenos"><div '
        f'class="linenodiv"><pre><span class="normal">{numbers}</span></pre></div></td><td class="code"><div>'
        f'<button class="copybtn">Copy</button><pre><span></span>{lines}</pre></div></td></tr></table></div>'
    )


def hexo(lines: str, number: int) -> str:
    """Code as Hexo has it: a table of two cells."""
    parts = lines.split("\n")
    numbers = "".join(f'<span class="line">{n + 1}</span><br>' for n in range(len(parts)))
    code = "".join(f'<span class="line">{part}</span><br>' for part in parts)
    return (
        f'<figure class="highlight python"><table><tr><td class="gutter"><pre>{numbers}</pre></td><td><pre>'
        f"{code}</pre></td></tr></table></figure>"
    )


def prism(lines: str, number: int) -> str:
    """Code as Docusaurus has it: a line is a span, its end a break."""
    code = "".join(
        f'<span class="token-line" style="color:#393A34"><span class="token plain">{part}</span><br></span>'
        for part in lines.split("\n")
    )
    return (
        f'<div class="language-bash codeBlockContainer"><pre tabindex="0" class="prism-code"><code>{code}</code></pre>'
        '<div class="buttonGroup"><button type="button" aria-label="Copy code to clipboard">Copy</button></div></div>'
    )


def plain_note(text: str, number: int) -> str:
    """A paragraph that warns."""
    return f"<p><strong>{text}</strong></p>"


def admonition(text: str, number: int) -> str:
    """A warning in a box."""
    return f'<div class="admonition warning"><p>{text}</p></div>'


def aside_note(text: str, number: int) -> str:
    """The same as an aside."""
    return f'<aside class="callout callout-warning" role="note"><p>{text}</p></aside>'


def paragraph(text: str, number: int) -> str:
    """A paragraph."""
    return f"<p>{text}</p>"


def div(text: str, number: int) -> str:
    """A paragraph in a division."""
    return f'<div class="text-block">{text}</div>'


def body(
    text: Text,
    *,
    heading: Render = plain_heading,
    code: Render = plain_code,
    note: Render = plain_note,
    para: Render = paragraph,
    headers: bool = True,
) -> str:
    """What a page says, without its title."""
    made = []
    for number, part in enumerate(text.parts):
        lines = [escape(line, quote=False) for line in part.lines]
        one: dict[str, Callable[[], str]] = {
            "heading": lambda lines=lines, number=number: heading(lines[0], number),
            "code": lambda lines=lines, number=number: code("\n".join(lines), number),
            "note": lambda lines=lines, number=number: note(lines[0], number),
            "item": lambda lines=lines: "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>",
            "row": lambda part=part: table(part, headers=headers),
            "term": lambda part=part: (
                "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in map(cells, part.lines)) + "</dl>"
            ),
            "text": lambda lines=lines, number=number: para(lines[0], number),
        }
        made.append(one[part.kind]())
    return "\n".join(made)


def table(part: Part, *, headers: bool) -> str:
    """Rows as a table, the first of them its header."""
    rows = [[escape(cell) for cell in cells(line)] for line in part.lines]
    head = (
        "".join(f"<th>{cell}</th>" for cell in rows[0]) if headers else "".join(f"<td>{cell}</td>" for cell in rows[0])
    )
    rest = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rest}</tbody></table>"


def sections(text: Text) -> list[tuple[str, Text]]:
    """A text cut at its headings: each with what stands below it."""
    found: list[tuple[str, list[Part]]] = []
    for is_heading, parts in groupby(text.parts, key=lambda part: part.kind == "heading"):
        if is_heading:
            found += [(part.lines[0], []) for part in parts]
        else:
            found = found or [("", [])]
            found[-1][1].extend(parts)
    return [(heading, Text(text.name, text.lang, heading, tuple(parts))) for heading, parts in found]
