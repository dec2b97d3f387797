"""Our own pages are read in the language of their reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD
from tests.http.signing import BEHIND_A_PROXY, Window
from tests.services import Server, Site

HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("languages"), site, **settings) as running:
        yield running


def problem(page: Page) -> str:
    """What the page says is wrong."""
    found = re.search(r'(?:role="alert"|class="error" id="[a-z]+-error")>([^<]*)<', page.text)
    assert found, page.text
    return found[1]


@pytest.mark.parametrize("form", ["mail/start", "mail/reset", "password", "register"])
def test_form_errors_show_in_their_form(server: Server, form: str) -> None:
    """Browsers find most of them, and let `mina@example` pass."""
    window = Window(server, WebBrowser("ko-KR"), lang="ko")
    by_mail = form.startswith("mail/")
    url = f"{server.url}/sign-in/{form}" if by_mail else f"{window.page.url}{form}/"
    fields = {"email": "mina@example", "password": PASSWORD}
    page = window.browser.post(url, fields | ({"sign_in": window.page.field("sign_in")} if by_mail else {}))
    assert (page.status, problem(page)) == (400, "이메일 주소가 아니에요.")
    assert 'value="mina@example"' in page.text  # to be mended there, not typed anew


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/?site=nowhere",
        "/sign-in/?site=demo&origin=https://evil.example",
        "/sign-in/none/",
        "/sign-in/mail/none/",
        "/sign-in/mail/wait?sign_in=none",
        "/sign-in/kakao/callback?state=none",
        "/account/?site=nowhere",
        "/account/name/",
    ],
)
def test_errors_are_in_the_readers_language(server: Server, path: str) -> None:
    for language in ("ko-KR,ko;q=0.9", "en-GB"):
        page = WebBrowser(language).get(server.url + path)
        assert page.status >= 400
        main = re.sub(r"<[^>]*>|Answerback|Kakao|demo", "", page.text.split("<main")[1].partition(">")[2])
        assert bool(HANGUL.search(main)) == language.startswith("ko")
        if language.startswith("ko"):
            assert not re.search("[A-Za-z]{3}", main), main
