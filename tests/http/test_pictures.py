"""Pictures of visitors: what is fetched and taken, what is served, and what is left where it is."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack

import pytest
from answerback.account.images import MOST_PIXELS, read_picture
from answerback.account.pictures import Pictures
from answerback.db import Database
from answerback.seams import RandomIds, SystemClock

from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import Member, join
from tests.http.signing import BEHIND_A_PROXY
from tests.services import Server, Site

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f0003860180"
    "5a34d97a0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = BEHIND_A_PROXY
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("pictures"), site, **settings) as running:
        yield running


@pytest.fixture
def member(server: Server) -> Member:
    server.turn_page()
    return join(server)


def upload(member: Member, data: bytes, token: str | None = None, **headers: str) -> Page:
    """Send a picture as a browser does."""
    page = member.page
    parts = []
    for name in ("site", "lang", "token"):
        value = token if name == "token" and token is not None else page.field(name)
        parts.append(f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = (
        '--edge\r\nContent-Disposition: form-data; name="picture"; filename="me.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    body = b"".join([*parts, head.encode(), data, b"\r\n--edge--\r\n"])
    headers = {"Origin": member.server.url, "Content_Type": "multipart/form-data; boundary=edge"} | headers
    return member.browser.send(f"{member.server.url}/account/picture/?site=demo", body, **headers)


def test_a_picture_is_given_and_taken_away(server: Server, member: Member) -> None:
    member.write("With a picture.")
    data = PNG + bytes(range(256)) * 40 + b"\r\n--edg\r\r\n\n"
    assert "done_picture" in upload(member, data).headers["location"]
    url = member.who()["avatar_url"]
    assert url.startswith(f"{server.url}/avatars/")
    served = WebBrowser().get(url)
    assert (served.body, served.headers["content-type"]) == (data, "image/png")
    assert server.thread()["comments"][0]["author"]["avatar_url"] == url
    member.do("picture/remove")
    assert member.who()["avatar_url"] is None
    assert server.thread()["comments"][0]["author"]["avatar_url"] is None
    assert WebBrowser().get(url).status == 404


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html>",
        b"GIF",
        b"\x89PNG\r\n\x1a\n<html>",
    ],
)
def test_what_is_no_picture_is_not_taken(member: Member, data: bytes) -> None:
    assert "bad_picture" in upload(member, data).headers["location"]
    assert member.who()["avatar_url"] is None


def test_pictures_come_from_our_own_page_only_and_are_small(server: Server, member: Member) -> None:
    assert upload(member, PNG, Origin="https://evil.example").status == 403
    assert upload(member, PNG, token="none").status == 403
    assert upload(member, PNG, Content_Type="text/plain").status == 415
    for size in (530_000, 600_000, 5_000_000):
        assert "bad_picture" in upload(member, PNG + b"x" * size).headers["location"]
    assert member.who()["avatar_url"] is None


def test_pictures_are_known_by_their_bytes() -> None:
    for width, height, wanted in (
        (1, 1, True), (MOST_PIXELS, 3, True), (3, MOST_PIXELS, True), (MOST_PIXELS + 1, 3, False),
        (3, MOST_PIXELS + 1, False), (16_000, 16_000, False),
    ):  # fmt: skip
        for kind, data in images(width, height):
            picture = read_picture(data)
            assert (picture.media_type if picture else None) == (f"image/{kind}" if wanted else None), (kind, width)
            assert all(read_picture(data[:length]) is None for length in range(9)), kind
    for other in (b"RIFF\x00\x00\x00\x00WAVEfmt ", b"\xff\xd8\xff\xe0\x00\x00" * 9, b"GIF89a\x00\x00\x00\x00", b""):
        assert read_picture(other) is None


def images(width: int, height: int) -> Iterator[tuple[str, bytes]]:
    """How images of that size begin."""
    riff = b"RIFF\x00\x00\x00\x00WEBP"
    frame = b"\xff\xc2\x00\x11\x08" + pack(">HH", height, width)
    yield "png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + pack(">II", width, height)
    yield "gif", b"GIF89a" + pack("<HH", width, height)
    yield "jpeg", b"\xff\xd8\xff\xe0\x00\x06JFIF\xff\xff\xc4\x00\x03x" + frame
    yield "webp", riff + b"VP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + pack("<HH", width, height)
    yield "webp", riff + b"VP8L\x00\x00\x00\x00\x2f" + pack("<I", (width - 1) | (height - 1) << 14)
    sides = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    yield "webp", riff + b"VP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"".join(sides)


@pytest.mark.anyio
async def test_pictures_over_http_are_asked_for_with_tls_and_at_public_addresses_only() -> None:
    asked: list[tuple[str, int]] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if host == "inside.example" else ["93.184.215.14", "10.0.0.1"]

    db = Database("sqlite://")
    pictures = Pictures(
        db, SystemClock(), RandomIds(), "http://localhost", ["https://kauth.kakao.com"], lambda *_: None, resolver
    )
    for url in ("http://k.kakaocdn.example/a.jpg", "https://inside.example/a", "https://kauth.kakao.com/x"):
        assert await pictures.fetch(url) is None
    assert asked == [("k.kakaocdn.example", 443), ("inside.example", 443), ("kauth.kakao.com", 443)][: len(asked)]
    before = len(asked)
    for url in (
        "http://127.0.0.1:8000/",
        "https://a@b.example/",
        "ftp://b.example/",
        "https://b.example:8443/",
        "//x",
        "",
    ):
        assert await pictures.fetch(url) is None
    assert [host for host, _ in asked[before:]] in ([], ["127.0.0.1"])
