"""One set of design tokens: our pages name no colour and no radius beside it, and the widget is built from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answerback.mail.messages import link_message

ROOT = Path(__file__).parents[1]
SERVER, WIDGET = ROOT / "server" / "answerback", ROOT / "widget" / "src" / "styles"
TOKENS = SERVER / "web" / "assets" / "tokens.css"
BUILT = SERVER / "static" / "answerback"
# What stands for a colour of the surroundings, or for none, is no colour of its own.
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\((?![^;]*var\(--hue\))"
    r"|:[^;]*\b(?:white|black|gr[ae]y|silver|red|green|blue|yellow|orange|purple|pink|navy|teal)\b(?!-)",
    re.I,
)
RADIUS = re.compile(r"radius:\s*(?!\s|var\(|calc\(var\(|50%|inherit|0\b)[^;]+")


def tokens() -> dict[str, str]:
    return dict(re.findall(r"^  --([a-z-]+): (.+);$", TOKENS.read_text("utf-8"), re.M))


def sheets() -> list[Path]:
    """The style sheets of our own pages, beside the tokens."""
    return [path for path in sorted(SERVER.glob("*/**/assets/*.css")) if path != TOKENS]


def plain(css: str) -> str:
    return re.sub(r"\s|\b0(?=\.)", "", css)


def strangers(css: str) -> list[str]:
    """Colours and radii that a sheet names itself."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return [found.group() for pattern in (COLOUR, RADIUS) for found in pattern.finditer(css)]


def test_our_sheets_name_no_colour_and_no_radius() -> None:
    assert sheets()
    assert {path.name: strangers(path.read_text("utf-8")) for path in sheets()} == {path.name: [] for path in sheets()}


def test_no_colour_stands_in_a_template_or_in_code() -> None:
    colour = re.compile(r"\b(?:background|color|border[a-z-]*):[^;{}\"']*(?:#[0-9a-f]{3}|rgb|hsl|white|black)", re.I)
    paths = [path for path in SERVER.glob("**/*") if path.suffix in (".py", ".html")]
    paths = [path for path in paths if not {"static", "demo_site"} & set(path.parts)]
    assert len(paths) > 100
    assert {path.name for path in paths if colour.search(path.read_text("utf-8"))} == set()


@pytest.mark.parametrize(
    "css",
    [
        "a { color: #4050c8; }", "a { background: rgb(0 0 0 / 5%); }", "a { border: 1px solid hsl(10 20% 30%); }",
        "a { color: white; }", "a { border-radius: 3px; }", "a { border-end-end-radius: 1rem; }",
    ],
)  # fmt: skip
def test_a_colour_or_radius_of_its_own_is_found(css: str) -> None:
    assert len(strangers(css)) == 1


def test_what_our_sheets_use_is_a_token() -> None:
    for path in sheets():
        css = path.read_text("utf-8")
        own = set(re.findall(r"--([a-z-]+):", css))
        assert set(re.findall(r"var\(--([a-z-]+)", css)) - own <= set(tokens()), path.name


def of_its_own(css: str) -> list[str]:
    """What a brand that sets the widget's properties could not change: colours, radii, and sizes of type in pixels."""
    css = re.sub(r"/\*.*?\*/|:host::before \{[^}]*\}", "", css, flags=re.S)
    # Fields of less than 16 px make iOS zoom in; text of less than 13 px is hard to read.
    fixed = re.findall(r"(?<!-)font-size: \d[\d.]*px|var\(--token-(?:radius|shadow)[^)]*\)", css)
    fallbacks = re.findall(r"var\(--answerback-[a-z-]+, (var\(--token-[a-z-]+\))\)", css)
    return strangers(css) + [name for name in fixed if name not in fallbacks]


def test_the_widget_has_no_look_but_its_properties() -> None:
    found = {path.name: of_its_own(path.read_text("utf-8")) for path in WIDGET.glob("*.css")}
    assert found and not any(found.values()), found


@pytest.mark.parametrize(
    "css",
    [
        "a { border-radius: var(--token-radius-small); }", "a { border-end-end-radius: 4px; }",
        "a { font-size: 12px; }", "a { box-shadow: 0 1px 2px var(--token-shadow); }", "a { color: white; }",
    ],
)  # fmt: skip
def test_a_look_of_the_widgets_own_is_found(css: str) -> None:
    assert len(of_its_own(css)) == 1


def test_the_widget_is_built_from_the_tokens() -> None:
    """Each public property of the widget falls back to the token of its name, in the built file too."""
    (built,) = BUILT.glob("thread-en-*.js")
    widget, values = plain(built.read_text("utf-8")), tokens()
    public = dict(
        re.findall(
            r"var\(--answerback-([a-z-]+), var\(--token-([a-z-]+)\)\)", (WIDGET / "ground.css").read_text("utf-8")
        )
    )
    assert len(public) == 11
    assert all(name == token for name, token in public.items())
    for name in public:
        assert f"var(--answerback-{name},{plain(values[name])})" in widget
    assert "--token-" not in widget


def test_mails_have_the_colours_of_the_light_design() -> None:
    mail = link_message(
        "verify", "a@b.example", site="A site", lang="en", link="https://x.example/", code="", seconds=60
    )
    for name in ("ground", "text", "field", "accent", "on-accent", "muted"):
        value = tokens()[name]
        light = value.removeprefix("light-dark(").partition(",")[0]
        assert light.startswith("#") and light in mail.html, name
    assert "light-dark" not in mail.html and "var(" not in mail.html


def test_the_public_properties_are_documented() -> None:
    table = (ROOT / "docs" / "embedding.md").read_text("utf-8")
    rows = re.findall(r"^\| (`--answerback-.*?) \|", table, re.M)
    used = "".join(path.read_text("utf-8") for path in WIDGET.glob("*.css"))
    name = re.compile(r"--answerback-[a-z-]+")
    assert rows
    assert set(name.findall(" ".join(rows))) == set(name.findall(used))
