"""Our own pages speak English and Korean: each sentence in both, with the same places for names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from answerback.accounts.profile import texts as account
from answerback.accounts.sign_in.flow import texts as signing_in
from answerback.accounts.sign_in.mail_link import texts as mail_links
from answerback.accounts.sign_in.oauth import texts as oauth
from answerback.errors import CODES, AppError
from answerback.web.error_texts import said

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD
from tests.http.signing import BEHIND_A_PROXY, Window
from tests.services import Server, Site

HANGUL = re.compile("[가-힣]")
ROOMS = {"account": account, "mail_links": mail_links, "oauth": oauth, "signing_in": signing_in}


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("languages"), site, **settings) as running:
        yield running


def places(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """What is filled in, sentence by sentence."""
    return {name: sorted(re.findall(r"\{\w*\}", text)) for name, text in texts.items()}


@pytest.mark.parametrize("room", ROOMS)
def test_each_text_has_both_languages(room: str) -> None:
    english, korean = ROOMS[room].EN, ROOMS[room].KO
    assert places(english) == places(korean)
    assert not [name for name, text in korean.items() if not HANGUL.search(text) and text != "GitHub"]
    assert not [name for name, text in english.items() if HANGUL.search(text)]


@pytest.mark.parametrize("code", CODES)
def test_each_error_has_both_languages(code: str) -> None:
    error = AppError(code)
    assert HANGUL.search(said(error, "ko")) and not HANGUL.search(said(error, "en"))
    assert said(AppError(code, "이미 한국어입니다."), "ko") == "이미 한국어입니다."


def problem(page: Page) -> str:
    """What the page says is wrong."""
    found = re.search(r'role="alert">([^<]*)<', page.text)
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
    assert (page.status, problem(page)) == (400, "이메일 주소가 아닙니다.")
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
        main = re.sub(r"<[^>]*>|Answerback|Kakao|demo", "", page.text.split("<main>")[1])
        assert bool(HANGUL.search(main)) == language.startswith("ko")
        if language.startswith("ko"):
            assert not re.search("[A-Za-z]{3}", main), main
