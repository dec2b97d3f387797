"""The sites that the tools have made, put up beside the demo's pages."""

from __future__ import annotations

from pathlib import Path

from tests.browser.demo import Demo
from tests.browser.generators import built

# Where each tool's site stands among what was built, and its first page: first those that change without loading.
CHANGING = {
    "turbo": ("scripts/turbo", "one.html"),
    "swup": ("scripts/swup", "one.html"),
    "htmx": ("scripts/htmx", "one.html"),
    "docsify": ("scripts/docsify", "#/one"),
    "react": ("scripts/react", "one/"),
    "vue": ("scripts/vue", "one/"),
    "vitepress": ("vitepress", "one.html"),
    "astro": ("astro", "one/"),
    "docusaurus": ("docusaurus", "one/"),
    "material": ("material", "one/"),
    "next": ("next_site", "one/"),
    "sveltekit": ("sveltekit", "one/"),
}
LOADED = {
    "furo": ("python_sites/furo", "one.html"),
    "rtd": ("python_sites/rtd", "one.html"),
    "pydata": ("python_sites/pydata", "one.html"),
    "mkdocs": ("python_sites/mkdocs", "one/"),
    "pelican": ("python_sites/pelican", "one.html"),
    "starlight": ("starlight", "one/"),
    "eleventy": ("node_sites/eleventy", "one/"),
    "hexo": ("node_sites/hexo", "one/"),
    "butterfly": ("node_sites/butterfly", "one/"),
    "bootstrap": ("node_sites/pages", "bootstrap.html"),
    "pico": ("node_sites/pages", "pico.html"),
    "tailwind": ("node_sites/pages", "tailwind.html"),
    "jekyll": ("jekyll", "one/"),
    "hugo": ("hugo", "posts/one/"),
    "ghost": ("modelled", "ghost.html"),
    "tistory": ("modelled", "tistory.html"),
}
APPS = {f"{name}_package": (f"scripts/{name}_package", "index.html") for name in ("react", "vue")}
SITES = CHANGING | LOADED | APPS
PLACEHOLDERS = ("https://comments.example.com", "https://site.example.com", "my-blog")


def put_up(demo: Demo, tool: str) -> str:
    """The address of the first page of a tool's site, which stands on the demo's origin from now on."""
    folder, page = SITES[tool]
    name, _, below = folder.partition("/")
    place, source = demo.folder / tool, built(name) / below
    real = dict(zip(PLACEHOLDERS, (demo.server.url, demo.server.site.origin, "demo"), strict=True))
    for path in source.rglob("*"):
        copy = place / path.relative_to(source)
        if path.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(_rewritten(path, real))
    return f"{demo.server.site.origin}/{tool}/{page}"


def _rewritten(path: Path, real: dict[str, str]) -> bytes:
    """A file with real addresses in it."""
    data = path.read_bytes()
    if path.suffix in (".html", ".js", ".mjs", ".json", ".xml", ".txt"):
        for placeholder, name in real.items():
            data = data.replace(placeholder.encode(), name.encode())
    return data
