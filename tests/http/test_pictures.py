"""Pictures of visitors: what is fetched and taken, what is served, and what is left where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from struct import pack
from types import MappingProxyType

import pytest
from answerback.accounts.pictures.fetching import PictureFetcher
from answerback.accounts.pictures.images import MOST_MEMORY, MOST_PIXELS, Picture, read_picture
from answerback.accounts.pictures.measuring import measured
from answerback.jobs.model import JobFailed
from hypothesis import given
from hypothesis import strategies as st

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


def upload(member: Member, data: bytes, token: str | None = None, *, in_pieces: bool = False, **headers: str) -> Page:
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
    sent = [body] if in_pieces else body
    return member.browser.send(f"{member.server.url}/account/picture/?site=demo", sent, **headers)


@pytest.mark.parametrize("kilobytes", [530, 545, 560, 700, 3_000])
def test_chunked_upload_has_the_same_limit(member: Member, kilobytes: int) -> None:
    whole = upload(member, b"\x89PNG" + bytes(kilobytes * 1024))
    pieces = upload(member, b"\x89PNG" + bytes(kilobytes * 1024), in_pieces=True)
    assert (pieces.status, pieces.headers["location"]) == (whole.status, whole.headers["location"])
    assert "bad_" in pieces.headers["location"]


def test_picture_is_uploaded_and_removed(server: Server, member: Member) -> None:
    member.write("With a picture.")
    head, rest = PNG[:33], PNG[33:]
    place = chunk(b"tEXt", bytes(range(256)) * 40 + b"\r\n--edg\r\r\n\n")
    assert "done_picture" in upload(member, head + place + rest).headers["location"]
    url = member.who()["avatar_url"]
    assert url.startswith(f"{server.url}/avatars/")
    served = WebBrowser().get(url)
    assert (served.body, served.headers["content-type"]) == (PNG, "image/png")
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
def test_non_picture_is_refused(member: Member, data: bytes) -> None:
    assert "bad_picture" in upload(member, data).headers["location"]
    assert member.who()["avatar_url"] is None


def test_upload_needs_our_page_and_a_small_file(server: Server, member: Member) -> None:
    assert upload(member, PNG, Origin="https://evil.example").status == 403
    assert upload(member, PNG, token="none").status == 403
    assert upload(member, PNG, Content_Type="text/plain").status == 415
    for size in (530_000, 600_000, 5_000_000):
        assert "bad_picture" in upload(member, PNG + b"x" * size).headers["location"]
    assert member.who()["avatar_url"] is None


def test_form_of_any_client_is_read(member: Member) -> None:
    """Names without quotation marks, headers in any case, and more than one of them (RFC 7578)."""
    fields = [
        f"--edge\r\nCONTENT-DISPOSITION:form-data;name={name}\r\nX-Other: 1\r\n\r\n{member.page.field(name)}\r\n"
        for name in ("site", "lang", "token")
    ]
    file = "--edge\r\nContent-Type: image/png\r\nContent-Disposition: form-data; filename=me.png; name=picture\r\n\r\n"
    body = "".join([*fields, file]).encode() + PNG + b"\r\n--edge--\r\nAn epilogue."
    headers = {"Origin": member.server.url, "Content_Type": "multipart/form-data; boundary=edge"}
    page = member.browser.send(f"{member.server.url}/account/picture/?site=demo", body, **headers)
    assert "done_picture" in page.headers["location"], page.text
    member.do("picture/remove")


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(8_000))
NAMED = b'--edge\r\nContent-Disposition: form-data; name="'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--edge\r\n" + NESTED, "boundary=edge"),
        (b"--edge\r\n\r\n" * 20_000, "boundary=edge"),
        (NAMED + b"((" * 20_000 + b'"\r\n\r\n--edge--', "boundary=edge"),
        (NAMED + b"site\"; filename*=none''%ff\r\n\r\n\xff\x00\r\n--edge--", 'Boundary="edge"'),
        (b"\r\n\r\n", ""),
        (b"", "boundary="),
        (b"\xff" * 100, "boundary=\xff"),
    ],
)
def test_malformed_form_is_refused(member: Member, body: bytes, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Origin": member.server.url, "Content_Type": f"multipart/form-data; {kind}"}
    page = member.browser.send(f"{member.server.url}/account/picture/?site=demo", body, **headers)
    assert page.status in (400, 404), page.text
    assert [record for record in caplog.records if record.name.startswith("python_multipart")] == []
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


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file; nobody looks at its sum."""
    return pack(">I", len(data)) + kind + data + b"sum."


def part(kind: bytes, data: bytes) -> bytes:
    """A part of a WebP file."""
    return kind + pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


def webp(*parts: bytes) -> bytes:
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + pack("<I", len(body)) + body


def exif(turned: int, order: str = "<") -> bytes:
    """What a phone writes: how the picture is turned, and where it was taken."""
    tiff = (b"II*\x00" if order == "<" else b"MM\x00*") + pack(order + "IH", 8, 2)
    tiff += pack(order + "HHIHH", 0x0112, 3, 1, turned, 0) + pack(order + "HHII", 0x8825, 4, 1, 38) + b"GPS 37.5N 127E"
    return b"\xff\xe1" + pack(">H", len(tiff) + 8) + b"Exif\x00\x00" + tiff


def only_turned(turned: int) -> bytes:
    tiff = b"MM\x00*" + pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + pack(">H", len(tiff) + 8) + b"Exif\x00\x00" + tiff


def images(width: int, height: int, more: Mapping[str, bytes] = MappingProxyType({})) -> Iterator[tuple[str, bytes]]:
    """Small files of that size, whole in their structure, with `more` in each kind where such things stand."""
    extra = dict.fromkeys(("png", "gif", "jpeg", "webp", "end"), b"") | dict(more)
    head = chunk(b"IHDR", pack(">II", width, height) + b"\x08\x06\x00\x00\x00")
    end = extra["end"]
    yield "png", b"\x89PNG\r\n\x1a\n" + head + extra["png"] + chunk(b"IDAT", b"x") + chunk(b"IEND", b"") + end
    block = b"\x2c" + b"\x00" * 8 + b"\x80colour\x02\x01x\x00"
    loop = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00\x21\xf9\x04\x00\x00\x00\x00\x00"
    yield (
        "gif",
        b"GIF89a" + pack("<HH", width, height) + b"\x80\x00\x00colour" + loop + extra["gif"] + block + b";" + end,
    )
    jfif = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    colours = b"\xff\xe2\x00\x10ICC_PROFILE\x00.." + b"\xff\xee\x00\x0eAdobe" + b"\x00" * 7 + b"\xff\xc4\x00\x03x"
    frame = b"\xff\xc2\x00\x11\x08" + pack(">HH", height, width) + b"\x00" * 10
    scan = b"\xff\xda\x00\x03x" + b"\xff\x00a\xff\xd0b"
    yield "jpeg", b"\xff\xd8" + jfif + extra["jpeg"] + colours + frame + scan + scan + b"\xff\xd9" + end
    yield "webp", webp(part(b"VP8 ", b"abc\x9d\x01\x2a" + pack("<HH", width, height)), extra["webp"]) + end
    yield "webp", webp(part(b"VP8L", b"\x2f" + pack("<I", (width - 1) | (height - 1) << 14)), extra["webp"]) + end
    flags = b"\x1e" if extra["webp"] else b"\x12"  # with EXIF and XMP; animated and see-through in any case
    sides = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    shown = part(b"ANIM", b"x" * 6)
    yield "webp", webp(part(b"VP8X", flags + b"\x00" * 3 + b"".join(sides)), shown, extra["webp"]) + end


def test_metadata_is_stripped_from_pictures() -> None:
    place = b"GPS 37.5N 127E"
    more = {
        "png": chunk(b"eXIf", place) + chunk(b"iTXt", place) + chunk(b"tIME", place) + chunk(b"mine", place),
        "gif": b"\x21\xfe" + part_of_gif(place) + b"\x21\xff\x0bXMP DataXMP" + part_of_gif(place),
        "jpeg": exif(1) + b"\xff\xfe\x00\x10" + place + b"\xff\xe1\x00\x10" + place + b"\xff\xed\x00\x10" + place,
        "webp": part(b"EXIF", place) + part(b"XMP ", place + b"."),
        "end": place,
    }
    for (kind, bare), (_, full) in zip(images(40, 30), images(40, 30, more), strict=True):
        assert place in full
        found = read_picture(full)
        assert found is not None, kind
        assert (found.media_type, found.data) == (f"image/{kind}", bare)
        assert read_picture(bare) == found


def gif(width: int, height: int, *frames: tuple[int, int, int, int]) -> bytes:
    """An animation whose frames stand left, top, and are so wide and high."""
    blocks = b"".join(b"\x2c" + pack("<4H", *frame) + b"\x00\x02\x01x\x00" for frame in frames)
    return b"GIF89a" + pack("<HH", width, height) + b"\x00\x00\x00" + blocks + b";"


def animated_webp(canvas: int, frame: int, inner: int, count: int = 1) -> bytes:
    sides = [(side - 1).to_bytes(3, "little") for side in (canvas, frame)]
    still = part(b"VP8L", b"\x2f" + pack("<I", (inner - 1) | (inner - 1) << 14))
    shown = part(b"ANMF", bytes(6) + sides[1] * 2 + bytes(4) + still)
    return webp(part(b"VP8X", b"\x02\x00\x00\x00" + sides[0] * 2), part(b"ANIM", bytes(6)), *[shown] * count)


def animated_png(canvas: int, frame: int, count: int = 1) -> bytes:
    still = dict(images(canvas, canvas))["png"]
    shown = chunk(b"fcTL", pack(">5I", 0, frame, frame, 0, 0) + bytes(6))
    return still[:33] + chunk(b"acTL", pack(">II", count, 0)) + shown * count + still[33:]


JPEG = dict(images(40, 30))["jpeg"]
HUGE = b"\xff\xc0\x00\x11\x08" + pack(">HH", 30_000, 30_000) + bytes(10)


@pytest.mark.parametrize(
    "bomb",
    [
        *(JPEG[:2] + b"\xff" + bytes([marker]) + JPEG[2:] for marker in (0x01, *range(0xD0, 0xD9))),
        *(JPEG[:2] + b"\xff" + bytes([marker]) + HUGE + JPEG[2:] for marker in (0x00, 0x01, *range(0xD0, 0xDA))),
        JPEG[:2] + HUGE + JPEG[2:], JPEG[:-2] + HUGE + JPEG[-2:],
        JPEG[:-2] + b"\xff\xdc\x00\x04\xff\xff" + JPEG[-2:], JPEG[:2] + b"\xff\xde\x00\x11" + HUGE[4:] + JPEG[2:],
        gif(1, 1, (0, 0, 30_000, 30_000)), gif(40, 30, (0, 0, 40, 30), (30, 0, 11, 30)),
        gif(4_096, 4_096, *[(0, 0, 1, 1)] * 3), animated_webp(40, 41, 40), animated_webp(40, 40, 41),
        animated_webp(4_096, 1, 1, 3), animated_png(40, 41), animated_png(4_096, 1, 3), animated_png(40, 40, 30_000),
        dict(images(40, 30))["png"] * 2,
        webp(*[part(b"VP8L", b"\x2f" + pack("<I", 39 | 29 << 14))] * 2),
    ],
)  # fmt: skip
def test_pictures_that_hide_their_size_are_refused(bomb: bytes) -> None:
    found = read_picture(bomb)
    assert found is None or (b"\x75\x30" not in found.data and found.data in {JPEG, dict(images(40, 30))["png"]})


def test_animations_of_a_fair_size_are_taken() -> None:
    fair = [gif(40, 30, *[(0, 0, 40, 30)] * 50), animated_webp(40, 40, 40, 50), animated_png(40, 40, 50)]
    assert [(read_picture(data) or Picture("", b"")).data for data in fair] == fair


def part_of_gif(data: bytes) -> bytes:
    return bytes([len(data)]) + data + b"\x00"


@pytest.mark.parametrize("order", ["<", ">"])
def test_photo_orientation_is_kept(order: str) -> None:
    for turned in range(10):
        kept = only_turned(turned) if 2 <= turned <= 8 else b""
        found = read_picture(dict(images(40, 30, {"jpeg": exif(turned, order)}))["jpeg"])
        assert found is not None
        assert found.data == dict(images(40, 30, {"jpeg": kept}))["jpeg"]


def test_embedded_thumbnail_is_stripped() -> None:
    bare = dict(images(40, 30))["jpeg"]
    thumbnail = b"\xff\xe0\x00\x13JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb"
    found = read_picture(bare[:2] + thumbnail + bare[20:])
    assert found is not None
    assert found.data == bare


@given(st.sampled_from(list(images(40, 30))), st.data())
def test_damaged_pictures_cause_no_500(image: tuple[str, bytes], data: st.DataObject) -> None:
    bent = bytearray(image[1])
    for _ in range(data.draw(st.integers(0, 4))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    found = read_picture(bytes(bent[: data.draw(st.integers(0, len(bent)))]))
    assert found is None or read_picture(found.data) == found
    assert found is None or max(measured(found.media_type, found.data)) <= MOST_MEMORY


@pytest.mark.anyio
async def test_http_pictures_are_fetched_by_tls_and_publicly() -> None:
    asked: list[tuple[str, int]] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if host == "inside.example" else ["93.184.215.14", "10.0.0.1"]

    pictures = PictureFetcher(["https://kauth.kakao.com"], resolver)
    for url in ("http://k.kakaocdn.example/a.jpg", "https://inside.example/a"):
        assert await pictures.fetch(url) is None
    with pytest.raises(JobFailed):  # our own may be anywhere, and was asked
        await pictures.fetch("https://kauth.kakao.com/x")
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
