"""Puts Answerback's comments and ask box below each page of MkDocs, in any theme.

    plugins:
      - answerback:
          server: https://comments.example.com
          site: my-docs

`comments: false` in a page's front matter leaves them out.
"""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.config import base
from mkdocs.config import config_options as option
from mkdocs.plugins import BasePlugin


class AnswerbackConfig(base.Config):
    """The plugin's options; what is left out, the site's settings and the page decide."""

    server = option.URL(is_dir=True)
    site = option.Type(str)
    mode = option.Choice(("both", "comments", "ask"), default="both")
    theme = option.Optional(option.Type(str))
    lang = option.Optional(option.Type(str))
    integrity = option.Optional(option.Type(str))


class AnswerbackPlugin(BasePlugin[AnswerbackConfig]):
    """Adds the tag at the end of each page's content."""

    def on_page_content(self, html: str, /, *, page: Any, **_: Any) -> str:
        """The content with the tag behind it."""
        if page.meta.get("comments") is False:
            return html
        return f"{html}\n{self.tag()}\n"

    def tag(self) -> str:
        """The script tag."""
        said = self.config
        attributes = {
            "src": f"{said.server}{'v1/' if said.integrity else ''}answerback.js",
            "data-site": said.site,
            "data-mode": None if said.mode == "both" else said.mode,
            "data-theme": said.theme,
            "data-lang": said.lang,
            "integrity": said.integrity,
            "crossorigin": "anonymous" if said.integrity else None,
        }
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
        return f"<script{written} async></script>"
