"""The Jinja environment. Templates stand beside their views and are named by their path in the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from starlette.requests import Request

from ..i18n.catalogue import direction, negotiate, texts
from ..version import version
from .assets import asset_path
from .figures import cost, duration, number
from .tokens import dark, light, stylesheet

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGE = Path(__file__).parents[1]


@cache
def environment() -> Environment:
    """The environment with all templates of the package; everything is escaped, and an undefined name is an error."""
    # Imported when the first page is rendered, to keep idle memory low.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    environment = Environment(
        loader=FileSystemLoader(PACKAGE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {
        "asset": asset_path, "dark": dark, "direction": direction, "light": light, "stylesheet": stylesheet,
        "texts": texts, "version": version,
    }  # fmt: skip
    environment.filters["attributes"] = attributes
    for name, write in (("cost", cost), ("duration", duration), ("number", number)):
        environment.filters[name] = pass_context(partial(_in_its_language, write))
    return environment


def _in_its_language(write: Callable[[str, Any], str], context: Mapping[str, Any], value: Any) -> str:
    """A template filter that formats a number in the page's language."""
    return write(context["lang"], value)


def attributes(values: Mapping[str, object]) -> Markup:
    """HTML attributes, each after a space: True is an attribute without a value, None and False are omitted. Names must
    come from templates."""
    given = ((name, value) for name, value in values.items() if value is not None and value is not False)
    return Markup("".join(f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in given))


def render(template: str, **values: Any) -> str:
    """Renders a template as HTML; everything in `values` is escaped unless the template marks it safe."""
    return environment().get_template(template).render(**values)


def language_of(request: Request, site_lang: str, asked: str = "") -> str:
    """The language of a page: the requested one, else the site's, else the browser's."""
    return negotiate(asked, site_lang, request.headers.get("accept-language", ""))
