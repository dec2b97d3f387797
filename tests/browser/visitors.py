"""Somebody before a page, in Chromium or in Firefox: the same steps, whatever browser they are made in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from playwright.sync_api import BrowserContext, Page

from tests.browser.firefox import Firefox, Tab
from tests.services import wait_until


class Window(Protocol):
    """A tab or a popup. Selectors find what is inside of elements, too."""

    @property
    def url(self) -> str: ...

    def go(self, url: str) -> None: ...

    def reload(self) -> None: ...

    def click(self, selector: str) -> None: ...

    def fill(self, selector: str, text: str) -> None: ...

    def wait_for(self, selector: str, text: str = "") -> None:
        """Until there is such an element with that text in it."""
        ...

    def value(self, selector: str) -> str:
        """What a field holds."""
        ...

    def wait_until_closed(self) -> None: ...

    def kept(self, name: str) -> str | None:
        """What the tab itself keeps under that name."""
        ...


class Visitor(Protocol):
    """Somebody with a browser."""

    def open(self, url: str) -> Window: ...

    def popup_of(self, window: Window, selector: str) -> Window:
        """The window that a click opens."""
        ...

    def click_where_popups_are_blocked(self, window: Window, selector: str) -> None: ...


class ChromiumWindow:
    """A page of Playwright's."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def url(self) -> str:
        return self.page.url

    def go(self, url: str) -> None:
        self.page.goto(url)

    def reload(self) -> None:
        self.page.bring_to_front()
        self.page.reload()

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def fill(self, selector: str, text: str) -> None:
        self.page.locator(selector).first.fill(text)

    def wait_for(self, selector: str, text: str = "") -> None:
        # Behind another tab a page is drawn once a second, and Playwright itself looks twice a second only.
        self.page.bring_to_front()
        wait_until(self.page.locator(selector).filter(has_text=text).first.is_visible)

    def value(self, selector: str) -> str:
        return self.page.locator(selector).first.input_value()

    def wait_until_closed(self) -> None:
        if not self.page.is_closed():
            self.page.wait_for_event("close")

    def kept(self, name: str) -> str | None:
        found: str | None = self.page.evaluate("name => sessionStorage.getItem(name)", name)
        return found


class InChromium:
    """Somebody with a Chromium."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    def open(self, url: str) -> ChromiumWindow:
        window = ChromiumWindow(self._context.new_page())
        window.go(url)
        return window

    def popup_of(self, window: Window, selector: str) -> ChromiumWindow:
        with self._context.expect_page() as opened:
            window.click(selector)
        opened.value.wait_for_load_state()
        return ChromiumWindow(opened.value)

    def click_where_popups_are_blocked(self, window: Window, selector: str) -> None:
        assert isinstance(window, ChromiumWindow)
        # Playwright's Chromium lets every popup open.
        window.page.evaluate("window.open = () => null")
        window.click(selector)


class InFirefox:
    """Somebody with a Firefox."""

    def __init__(self, firefox: Firefox, visitor: str) -> None:
        self._firefox = firefox
        self._visitor = visitor

    def open(self, url: str) -> Tab:
        return self._firefox.open(url, self._visitor)

    def popup_of(self, window: Window, selector: str) -> Tab:
        assert isinstance(window, Tab)
        return self._firefox.popup_of(window, selector)

    def click_where_popups_are_blocked(self, window: Window, selector: str) -> None:
        assert isinstance(window, Tab)
        window.click(selector, by_hand=False)


@contextmanager
def in_firefox(firefox: Firefox) -> Iterator[InFirefox]:
    """Somebody new with that Firefox."""
    with firefox.visitor() as visitor:
        yield InFirefox(firefox, visitor)
