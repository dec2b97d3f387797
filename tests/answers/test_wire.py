"""Our own HTTP/1.1 to providers, against servers that say exactly what a test wants."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from answerback.answers.providers.http_transport import HELD_BYTES, REFUSAL_BYTES, HttpTransport
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

pytestmark = pytest.mark.anyio
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def saying(
    talk: Talk, trust: ssl.SSLContext | None = None, secure: ssl.SSLContext | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server that reads the head and body of each request and then does as `talk` says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(5)
                await talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=secure)
    url = f"http{'s' if secure else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=url, transport=HttpTransport(trust), timeout=5) as client:
        yield client
    server.close()
    await server.wait_closed()


def says(*pieces: bytes, close: bool = False) -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if close:
            writer.close()

    return talk


@pytest.mark.parametrize(
    ("pieces", "close"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"br", b"ot"), False),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbr\r\n", b"2\r\not\r\n0\r\n\r\n"), False),
        ((b"HTTP/1.1 200 OK\r\n\r\nbrot",), True),
        ((b"HTTP/1.0 200 OK\r\n\r\nbr", b"ot"), True),
        ((b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbrot",), False),
    ],
)
async def test_response_arrives_whole(pieces: tuple[bytes, ...], close: bool) -> None:
    async with saying(says(*pieces, close=close)) as client:
        for _ in range(2):
            reply = await client.post("/", content=b"hello")
            assert (reply.status_code, reply.text) == (200, "brot")
            assert "link" not in reply.headers


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbrot",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbr\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",),
        (b"SSH-2.0-OpenSSH\r\n",),
    ],
)
async def test_truncated_response_is_an_error(pieces: tuple[bytes, ...]) -> None:
    async with saying(says(*pieces, close=True)) as client:
        with pytest.raises(httpx2.TransportError):
            await client.post("/", content=b"hello")


async def test_refused_connection_is_an_error() -> None:
    async with httpx2.AsyncClient(transport=HttpTransport()) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.post("http://127.0.0.1:9/", content=b"hello")


async def test_slow_reader_applies_backpressure() -> None:
    size = 64 * HELD_BYTES
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
    async with (
        saying(says(head, *[b"x" * HELD_BYTES] * 64)) as client,
        client.stream("POST", "/", content=b"hello") as response,
    ):
        pieces = [len(piece) async for piece in response.aiter_raw()]
    assert sum(pieces) == size
    assert max(pieces) < 4 * HELD_BYTES


@pytest.mark.parametrize("status", [302, 400, 503])
async def test_long_refusal_is_cut_off(status: int) -> None:
    head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, 64 * HELD_BYTES)
    async with saying(says(head, *[b"x" * HELD_BYTES] * 64)) as client:
        for _ in range(2):
            assert (await client.post("/", content=b"hello")).content == b"x" * REFUSAL_BYTES


async def test_tls_certificates_are_verified(tmp_path: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    both = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "server.pem").write_bytes(both)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(tmp_path / "server.pem")
    reply = says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbrot")
    trust = ssl.create_default_context(cafile=str(tmp_path / "server.pem"))
    async with saying(reply, trust, secure) as client:
        assert (await client.post("/", content=b"hello")).text == "brot"
    async with saying(reply, None, secure) as client:
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            await client.post("/", content=b"hello")
