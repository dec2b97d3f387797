"""As much of a browser as signing in needs: cookies by place, redirects, forms. No scripts."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Redirects are followed by hand."""


@dataclass
class Page:
    """What a browser shows."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return unescape(self.body.decode("utf-8", "replace"))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body.decode())
        assert found, f"no field {name} in {self.text}"
        return unescape(found[1])

    def link(self, part: str) -> str:
        """The address of the first link or form that has `part` in it."""
        for found in re.findall(r'(?:href|action)="([^"]*)"', self.body.decode()):
            if part in found:
                return urljoin(self.url, unescape(found))
        raise AssertionError(f"no link with {part} in {self.text}")


@dataclass
class WebBrowser:
    """Keeps cookies by host and port, `Secure` ones also on loopback as real browsers do."""

    language: str = "en"
    address: str = field(default_factory=lambda: f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1")
    """Where it is, as a proxy writes it: limits by address are not the tests' subject, but where they are."""
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, url: str, *, follow: bool = True, method: str = "GET", **headers: str) -> Page:
        """Read an address."""
        return self._go(method, url, None, headers, follow)

    def post(self, url: str, fields: dict[str, str], *, follow: bool = True, **headers: str) -> Page:
        """Send a form as a page of that very origin does."""
        parts = urlsplit(url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", **headers}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._go("POST", url, urlencode(fields).encode(), headers, follow)

    def send(self, url: str, body: bytes | list[bytes], **headers: str) -> Page:
        """Send anything, without following; a list in pieces, without saying how long it is."""
        return self._go("POST", url, body, {name.replace("_", "-"): value for name, value in headers.items()}, False)

    def _go(
        self, method: str, url: str, body: bytes | list[bytes] | None, headers: dict[str, str], follow: bool
    ) -> Page:
        for _ in range(20):
            page = self._once(method, url, body, headers)
            if not follow or page.status not in (301, 302, 303, 307, 308):
                return page
            url, method, body, headers = urljoin(url, page.headers["location"]), "GET", None, {}
        raise AssertionError("too many redirects")

    def _once(self, method: str, url: str, body: bytes | list[bytes] | None, headers: dict[str, str]) -> Page:
        jar = self.cookies.setdefault(urlsplit(url).netloc, {})
        sent = {
            "Accept-Language": self.language,
            "X-Forwarded-For": self.address,
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            **headers,
        }
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        request = urllib.request.Request(url.partition("#")[0], data=body, headers=sent, method=method)
        try:
            response = urllib.request.build_opener(_Stay).open(request, timeout=40)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            data = response.read()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                if re.search(r"max-age=0\b|expires=thu, 01 jan 1970", cookie, re.IGNORECASE):
                    jar.pop(name, None)
                else:
                    jar[name] = value
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Page(url, response.status, lower, data)
