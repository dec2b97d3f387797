"""Forms of our own pages, as browsers send them."""

from __future__ import annotations

import re
from html import unescape


def hidden_fields(page: str, path: str) -> dict[str, str]:
    """The hidden fields of a page's first form, or button's form, that leads to this path; none without one."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        if re.search(rf'action="[^"]*{re.escape(path)}"', form):
            found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
            return {name: unescape(value) for name, value in found}
    return {}
