"""The owner's pages are read in the browser's language, or in the one that the owner has chosen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from answerback.i18n.catalogue import texts
from answerback.sites.store import change_site

from tests.http.test_admin import NOW, House, open_house

pytestmark = pytest.mark.anyio

KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
PAGES = [
    "/admin/", "/admin/?state=hidden", "/admin/?author=v1", "/admin/unanswered/", "/admin/unanswered/?from=25",
    "/admin/knowledge/", "/admin/knowledge/?q=none", "/admin/comments/c1/", "/admin/comments/c2/",
    "/admin/comments/c3/", "/admin/visitors/v1/", "/admin/jobs/", "/admin/comments/none/", "/admin/?state=none",
]  # fmt: skip
# What owner and visitors wrote, names of things, and what machines read.
DATA = re.compile(
    r"Answerback|one@example\.com|Is 100% rye on sale\?|Yes, in the morning\.|A secret (?:question|answer)|Buy|pills|"
    r"Mina|Jin|openai|gpt-5-mini|https://\S+|robots\.txt|UTC|answerback owner add you@example\.com|"
    r"(?<![A-Za-z])(?:AI|@ai|one|unlimited)(?![A-Za-z])|US\$"
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def visible(page: str) -> str:
    """What of a page is read or heard, without what is data."""
    labels = re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', page)
    text = re.sub(r"<(script|style).*?</\1>|<(?:[^>\"]|\"[^\"]*\")*>", " ", page, flags=re.S)
    return DATA.sub("", unescape(" ".join([text, *labels])))


async def test_owners_pages_are_korean_without_an_english_word(house: House) -> None:
    signed_out = await house.browser.get("/admin/sign-in/", headers=KOREAN)
    assert 'lang="ko"' in signed_out.text
    await house.sign_in()
    pages = [signed_out.text, *[(await house.browser.get(path, headers=KOREAN)).text for path in PAGES]]
    for path, page in zip(["/admin/sign-in/", *PAGES], pages, strict=True):
        words = set(re.findall("[A-Za-z]{2,}", visible(page).replace("English", "")))
        assert words == set(), path


async def test_same_pages_are_english_without_a_korean_word(house: House) -> None:
    await house.sign_in()
    for path in PAGES:
        page = (await house.browser.get(path)).text
        assert re.findall("[가-힣]+", visible(page)) in ([], ["한국어"]), path


async def test_owner_chooses_a_language_for_this_browser(house: House) -> None:
    await house.sign_in()
    session = house.browser.headers["Cookie"]
    page = (await house.browser.get("/admin/knowledge/")).text
    assert re.search(r'<button[^>]* name="lang" value="ko" lang="ko"[^>]*>한국어</button>', page)
    chosen = await house.send("/admin/language/", {"lang": "ko", "here": "/admin/knowledge/"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/admin/knowledge/")
    cookie = chosen.headers["set-cookie"]
    assert cookie.startswith("__Host-answerback-owner-language=ko; Path=/; Max-Age=")
    house.browser.headers["Cookie"] = f"{session}; {cookie.partition(';')[0]}"
    assert 'lang="ko"' in (await house.browser.get("/admin/")).text
    assert texts("ko", "admin.log")["no_match"] in (await house.browser.get("/admin/?q=none")).text
    assert "찾을 수 없어요" in (await house.browser.get("/admin/comments/none/")).text


@pytest.mark.parametrize("here", ["https://evil.example/", "//evil.example/", "/account/", "", "/admin/\r\nX: y"])
async def test_choosing_leads_nowhere_but_to_the_owners_pages(house: House, here: str) -> None:
    chosen = await house.send("/admin/language/", {"lang": "xx", "here": here})
    assert chosen.headers["location"] == "/admin/"
    assert chosen.headers["set-cookie"].startswith("__Host-answerback-owner-language=en;")
    assert (await house.send("/admin/language/", {"lang": "ko"}, Origin="https://evil.example")).status_code == 403


async def test_mistakes_are_told_in_the_owners_language(house: House) -> None:
    wrong = await house.sign_in(password="wrong horse", Accept_Language="ko")
    assert "이메일 주소나 비밀번호가 맞지 않아요." in wrong.text
    await house.sign_in()
    path = "/admin/comments/c2/correct/"
    fields = await house.hidden(path, "/admin/comments/c2/") | {"body": "x" * 6_000}
    long = await house.send(path, fields, Accept_Language="ko")
    assert (long.status_code, "답변은 1~5000자로 써 주세요." in long.text) == (400, True)


async def test_several_sites_are_told_apart_in_korean(house: House) -> None:
    await house.db.write(lambda: change_site("one", {"name": "Quay"}, NOW))
    house.keep_cookie(await house.send(f"/admin/sign-in/{house.link.rstrip('/').rpartition('/')[2]}/", {}))
    page = (await house.browser.get("/admin/", headers=KOREAN)).text
    assert "모든 사이트" in page
