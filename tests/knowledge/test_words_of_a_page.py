"""The words of a page as a reader sees them, and the structure of its tables, lists, definitions and code."""

from __future__ import annotations

import pytest
from answerback.core.grounding.passages import Block, split
from answerback.knowledge.extract.html import extract


def blocks(html: str) -> tuple[Block, ...]:
    return extract(f"<main>{html}</main>".encode(), "text/html; charset=utf-8").blocks


def read(html: str) -> str:
    return "\n".join(block.text for block in blocks(html))


SHIELDED = bytes(octet ^ 0x54 for octet in b"\0mill@example.org").hex()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("It holds 10<sup>9</sup> litres", "It holds 10⁹ litres"),
        ("10<sup>-6</sup> 10<sup>–3</sup> m<sup>2</sup> x<sup>n</sup>", "10⁻⁶ 10⁻³ m² xⁿ"),
        ("H<sub>2</sub>O and CO<sub>2</sub>, x<sub>max</sub>", "H₂O and CO₂, xmax"),
        ("the 4<sup>th</sup>, le 1<sup>er</sup>, e<sup>x</sup>", "the 4th, le 1er, e^x"),
        ("A poster is €7<sup>50</sup>, $19<sup>99</sup>", "A poster is €7.50, $19.99"),
        ("<span>$</span><span>19<sup>99</sup></span> or 7<sup>50</sup> €", "$19.99 or 7.50 €"),
        ("2<sup>10</sup> bytes", "2¹⁰ bytes"),
        (
            "built in 1820<sup><a href=#a>1</a></sup><sup id=fn2><a href=#b>[2]</a></sup><a href=#c><sup>3</sup></a>.",
            "built in 1820.",
        ),
        ("The ship is <s>€120</s> <ins>€95</ins>", "The ship is €95"),
        ("<del>€120</del><span style='text-decoration: line-through'>€110</span> €95", "€95"),
        ("<span>Tuesday</span><span>closed</span>", "Tuesday closed"),
        ("<b>Telephone</b><span>02-555-0199</span>", "Telephone 02-555-0199"),
        ("Telephone<span>02-555-0199</span>", "Telephone 02-555-0199"),
        ("<span>화요일</span><span>휴무</span>", "화요일 휴무"),
        ("<span>T</span><span>he</span> mill, <b>서울</b>은", "The mill, 서울은"),
        ("sub<mark>string</mark>s, colo<span>u</span>r, Win<b>11</b>", "substrings, colour, Win11"),
        ("<code><span>print</span><span>x</span></code>", "printx"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢字"),
        (
            "Mail <a data-cfemail='543c313838271431352c35392438317a373b39'>[email&nbsp;protected]</a>",
            "Mail hells@eaxample.com",
        ),
        ("Press <button>Save</button> to keep it.", "Press Save to keep it."),
        ("Read <a href=/x>this<span class=sr-only> (opens in a new tab)</span></a> first.", "Read this first."),
        ("A = <math><mfrac><mn>1</mn><mn>2</mn></mfrac><mi>r</mi></math>", "A = 1/2r"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><msqrt><mi>a</mi><mi>b</mi></msqrt></math>", "x^2 = √ab"),
        ("Area <math alttext='{\\displaystyle \\pi r^2}'><mi>π</mi></math>", "Area \\pi r^2"),
        ("Area <span class=MathJax_Preview>x</span><script type='math/tex'>\\pi r</script>.", "Area \\pi r ."),
        ("Area <img class='latex' alt='\\pi r'>", "Area \\pi r"),
        ("Inline \\(a^2\\) stays", "Inline \\(a^2\\) stays"),
    ],
)
def test_words_are_those_a_reader_sees(html: str, text: str) -> None:
    assert read(f"<p>{html}</p>") == read(f"<div>{html}</div>") == text


KATEX = (
    "<span class=katex><span class=katex-mathml><math><mrow><mi>A</mi><mo>=</mo><mn>12</mn><mi>r</mi></mrow>"
    "<annotation encoding='application/x-tex'>A = 12 r</annotation></math></span><span class=katex-html "
    "aria-hidden=true><span>A</span><span>=</span><span>12r</span></span></span>"
)
WIKIPEDIA = (
    "<span class=mwe-math-element><span class='mwe-math-mathml-inline' style='display: none'><math alttext="
    "'{\\displaystyle A=12r}'><mi>A</mi></math></span><img class='mwe-math-fallback-image-inline' "
    "aria-hidden=true alt='A=12r'></span>"
)
MATHJAX = (
    "<mjx-container class=MathJax><svg aria-hidden=true></svg><mjx-assistive-mml><math><mi>A</mi><mo>=</mo><mn>12</mn>"
    "<mi>r</mi></math></mjx-assistive-mml></mjx-container>"
)


@pytest.mark.parametrize("formula", [KATEX, WIKIPEDIA, MATHJAX], ids=["katex", "wikipedia", "mathjax"])
def test_formula_is_read_once(formula: str) -> None:
    assert read(f"<p>The area is {formula} in all.</p>").replace(" ", "") == "TheareaisA=12rinall."


@pytest.mark.parametrize(
    "anchor",
    [
        "<a class=headerlink href=#x title='Permalink'>¶</a>", "<a href=#x class=anchor>#</a>", "<a href=/p#x>§</a>",
        "<a class=header-anchor href=#x aria-label='Permalink'>\u200b</a>", "<a class=anchor href=#x><svg></svg></a>",
        "<a href=#x class=hash-link aria-label='Direct link'></a>",
    ],
)  # fmt: skip
def test_anchors_of_headings_are_left_out(anchor: str) -> None:
    assert blocks(f"<h2>Rye {anchor}</h2><p>Twice a week.</p>") == (Block("Twice a week.", ("Rye",)),)
    assert blocks(f"<h2>{anchor}Rye</h2><p>Twice a week.{anchor}</p>") == (Block("Twice a week.", ("Rye",)),)
    assert blocks("<h2><a href=#rye>Rye</a></h2><p>Twice a week.</p>") == (Block("Twice a week.", ("Rye",)),)


CODE = "def grind():\n    return 'rye'"


@pytest.mark.parametrize(
    "html",
    [
        "<pre><code>def grind():\n    return 'rye'\n</code></pre>",
        "<pre>def grind():<br>    return 'rye'</pre>",
        "<pre><code><div class=line><span>def</span> grind():</div><div class=line>    return 'rye'</div></code></pre>",
        "<figure class=highlight><table><tr><td class=gutter><pre><span>1</span><br><span>2</span></pre></td><td><pre>"
        "<span class=line>def grind():</span><br><span class=line>    return 'rye'</span></pre></table></figure>",
        "<table class=highlighttable><tr><td class=linenos><pre>1\n2</pre></td><td><div><pre>def grind():\n"
        "    return 'rye'</pre></div></td></tr></table>",
        "<pre><span class=lineno>1</span>def grind():\n<span class=lineno>2</span>    return 'rye'</pre>",
        "<pre><span class=ln>1 </span>def grind():\n<span class=ln>2 </span>    return 'rye'\n</pre>",
        "<div><p class=line-numbers><span>1</span><span>2</span></p><pre>def grind():\n    return 'rye'</pre></div>",
        "<div class=code><button>Copy</button><pre>def grind():\n    return 'rye'</pre></div>",
    ],
)
def test_code_keeps_its_lines_and_no_numbers(html: str) -> None:
    assert blocks(f"<h2>Grinding</h2><p>Call it:</p>{html}") == (
        Block("Call it:", ("Grinding",)),
        Block(CODE, ("Grinding",)),
    )


def test_tables_are_rows_under_the_names_of_their_columns() -> None:
    html = (
        "<h1>Ferry</h1><table><thead><tr><th>Day</th><th>Departs</th><th>Pier</th></tr></thead><tbody><tr>"
        "<td rowspan=2>Saturday</td><td>08:30</td><td>North</td></tr><tr><td>16:15</td><td>South</td></tr>"
        "<tr><td>Sunday</td><td colspan=2>none</td></tr>"
        "<tr><td>Monday</td><td></td><td>South</td></tr></table><p>In summer.</p>"
    )
    columns = ("Ferry", "Day\tDeparts\tPier")
    assert blocks(html) == (
        Block("Saturday\t08:30\tNorth", columns), Block("Saturday\t16:15\tSouth", columns),
        Block("Sunday\tnone\tnone", columns), Block("Monday\t\tSouth", columns),
        Block("In summer.", ("Ferry",)),
    )  # fmt: skip


def test_headers_in_several_rows_and_parts_of_a_table() -> None:
    html = (
        "<h1>Fares</h1><table><tr><th rowspan=2>Line</th><th colspan=2>Price</th></tr><tr><th>Adult</th><th>Child</th>"
        "</tr><tr><td colspan=3>Weekdays</td></tr><tr><td>A</td><td>3</td><td>2</td></tr>"
        "<tr><td colspan=3>Sundays</td></tr><tr><td>A</td><td>5</td><td>4</td></tr></table>"
    )
    columns = "Line\tPrice Adult\tPrice Child"
    assert blocks(html) == (
        Block("A\t3\t2", ("Fares", "Weekdays", columns)),
        Block("A\t5\t4", ("Fares", "Sundays", columns)),
    )


@pytest.mark.parametrize("number", [1, 30, 60])
def test_each_passage_of_a_long_table_has_its_columns(number: int) -> None:
    rows = "".join(f"<tr><td>Stop number {n}</td><td>{n} minutes past</td></tr>" for n in range(1, 61))
    table = blocks(f"<h1>Bus</h1><table><tr><td><b>Stop</b></td><td><b>Departs</b></td></tr>{rows}</table>")
    found = split(table, url="u", title="t")
    assert len(found) > 3
    [passage] = [passage for passage in found if f"Stop number {number}\t" in passage.text]
    assert passage.heading == "Bus › Stop\tDeparts"


def test_tables_without_the_tag_are_tables() -> None:
    html = (
        "<div role=table><div role=row><b role=columnheader>Day</b><b role=columnheader>Open</b></div>"
        "<div role=rowgroup><div role=row><i role=cell>Monday</i><i role=cell>9-5</i></div></div></div>"
    )
    assert blocks(html) == (Block("Monday\t9-5", ("Day\tOpen",)),)
    crossed = "<table><tr><th><th>Light<th>Dark<tr><th>Time<td>45 s<td>90 s</table>"
    assert blocks(crossed) == (Block("Time\t45 s\t90 s", ("Light\tDark",)),)


def test_tables_for_the_layout_are_read_cell_by_cell() -> None:
    html = "<table><tr><td><h2>Open</h2><p>Nine to five.</p></td><td><h2>Price</h2><p>Four euros.</p></td></tr></table>"
    assert blocks(html) == (Block("Nine to five.", ("Open",)), Block("Four euros.", ("Price",)))


def test_definitions_keep_their_terms() -> None:
    assert read("<dl><div><dt>Phone</dt><dd>051-555</dd></div><dt>Mon</dt><dt>Tue</dt><dd>9</dd><dd>2</dd></dl>") == (
        "Phone\t051-555\nMon, Tue\t9\nMon, Tue\t2"
    )
    nested = (
        "<dl><dt>get(url)</dt><dd><p>Fetches it.</p><dl><dt>url</dt><dd>where</dd></dl></dd></dl><p>See also put.</p>"
    )
    assert blocks(nested) == (
        Block("Fetches it.", ("get(url)",)),
        Block("url\twhere", ("get(url)",)),
        Block("See also put."),
    )


def test_long_glossary_is_known_whole() -> None:
    found = blocks("<dl>" + "".join(f"<dt>Word {n}<dd>The meaning of word {n}" for n in range(3_600)) + "</dl>")
    assert found[3_499].text == "Word 3499\tThe meaning of word 3499"


def test_cards_are_labels_with_values() -> None:
    rows = "<div class=row><div>Weight</div><div>2 t</div></div><div class=row><div>Height</div><div>43 m</div></div>"
    assert read(rows) == "Weight\t2 t\nHeight\t43 m"
    assert (
        read("<ul><li><b>Weight</b> <i>2 t</i></li><li><b>Height</b> <i>43 m</i></li></ul>")
        == "Weight 2 t\nHeight 43 m"
    )


def test_lists_are_one_block() -> None:
    found = blocks("<p>You need:</p><ul><li>rye<ul><li>or wheat</li></ul></li><li><p>salt</p></li></ul><p>Mix it.</p>")
    assert [block.text for block in found] == ["You need:", "rye\nor wheat\nsalt", "Mix it."]


def test_line_breaks_part_lines_and_not_sentences() -> None:
    assert (
        read("<p>A line that is<br>broken here.<br><br>Another one.</p>") == "A line that is broken here.\nAnother one."
    )
    assert read("<p>Mon 9-5<br>Tue 10-6<br>closed on Sunday</p>") == "Mon 9-5\nTue 10-6 closed on Sunday"
