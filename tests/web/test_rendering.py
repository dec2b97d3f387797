"""The one Jinja environment: what is given is escaped, what is missing is an error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from answerback.web.forms import BoundForm
from answerback.web.rendering import PACKAGE, attributes, environment
from jinja2 import UndefinedError

TEMPLATES = sorted(
    path for path in PACKAGE.glob("**/*.html") if "static" not in path.parts and "demo_site" not in path.parts
)
HOSTILE = """"><script>'&"""


def shown(source: str, form: BoundForm | None = None) -> str:
    imports = '{% import "web/templates/components.html" as ui with context %}'
    values = {"base": "/below", "lang": "en", "hidden": {"token": HOSTILE}, "form": form or BoundForm()}
    return environment().from_string(imports + source).render(**values, hostile=HOSTILE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_compiles(path: Path) -> None:
    environment().get_template(str(path.relative_to(PACKAGE)))


@pytest.mark.parametrize(
    "source",
    [
        '{{ ui.badge(hostile) }}', '{{ ui.empty(hostile) }}', '{{ ui.button(hostile, to=hostile, about=hostile) }}',
        '{{ ui.field("q", hostile, value=hostile, hint=hostile, placeholder=hostile) }}',
        '{{ ui.field("q", hostile, value=hostile, rows=2) }}', '{{ ui.check("q", hostile, hostile) }}',
        '{% call(chosen) ui.choice("q", hostile, hostile) %}{{ ui.option(hostile, hostile, chosen) }}{% endcall %}',
        '{{ ui.totals(hostile, {hostile: hostile}) }}', '{{ ui.link("/", hostile, about=hostile) }}',
        '{% call(name, n) ui.bars(hostile, {hostile: 3}) %}{{ name }}{% endcall %}',
        '{% call ui.post("/x", more={hostile: hostile}) %}{{ hostile }}{% endcall %}',
        '{% call ui.entry(hostile, hostile) %}{{ ui.head(hostile, hostile, hostile) }}{% endcall %}',
        '{{ ui.foot([hostile]) }}', '{{ ui.web_link("https://" ~ hostile, hostile) }}',
        '{% call ui.prose(hostile, long=true) %}{{ hostile }}{% endcall %}',
        '{% call ui.table(hostile, [hostile]) %}{% call ui.cell(hostile) %}{{ hostile }}{% endcall %}{% endcall %}',
    ],
)  # fmt: skip
def test_components_escape_what_they_are_given(source: str) -> None:
    html = shown(source, BoundForm({}, {"q": HOSTILE}))
    assert "<script" not in html
    assert not re.search(r'="[^"]*"[^\s>/]', html), "an attribute ended early"


def test_only_addresses_of_the_web_become_links() -> None:
    assert "<a" not in shown('{{ ui.web_link("javascript:alert(1)", "x") }}')
    assert '<a href="https://x.example/"' in shown('{{ ui.web_link("https://x.example/", "x") }}')


def test_a_field_shows_what_was_typed_and_what_is_wrong() -> None:
    html = shown(
        '{{ ui.field("body", "Body", value="before", hint="In markdown.") }}',
        BoundForm({"body": "typed"}, {"body": "No."}),
    )
    assert 'value="typed"' in html and "before" not in html
    assert 'aria-invalid="true"' in html and 'aria-describedby="body-error body-hint"' in html and " autofocus" in html
    assert '<p class="error" id="body-error">No.</p>' in html


def test_a_password_is_never_shown_again() -> None:
    assert "secret" not in shown('{{ ui.field("p", "P", "password") }}', BoundForm({"p": "secret"}))


def test_a_box_is_ticked_as_it_was_left() -> None:
    box = '{{ ui.check("keep", "Keep", checked=true) }}'
    assert " checked" in shown(box)
    assert " checked" not in shown(box, BoundForm({"body": "x"}))
    assert " checked" in shown(box, BoundForm({"keep": "1"}))


def test_forms_carry_what_each_form_has_to() -> None:
    html = shown('{% call ui.post("/admin/x/", more={"id": 7}) %}{% endcall %}')
    assert 'action="/below/admin/x/"' in html
    assert html.count('type="hidden"') == 2


def test_bars_are_as_long_as_their_counts() -> None:
    html = shown('{% call(name, n) ui.bars("Counts", {"a": 50, "b": 200}) %}{{ name }}{% endcall %}')
    assert re.findall(r'<rect width="([\d.]+)"', html) == ["25.0", "100.0"]
    assert "style" not in html


def test_attributes_leave_out_what_is_not_given() -> None:
    assert attributes({"a": None, "b": False, "c": True, "d": 0, "e": ""}) == ' c d="0" e=""'


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        shown("{{ nobody }}")
