"""Which compressed form a client takes (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import pytest
from answerback.net.encoding import accepted_encoding


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        (b"", None), (b"identity", None), (b"gzip", b"gzip"), (b"gzip, deflate", b"gzip"),
        (b"gzip, deflate, br, zstd", b"br"), (b"BR", b"br"), (b"br;q=0, gzip", b"gzip"),
        (b"br ; q=0.000 , gzip;q=0.1", b"gzip"), (b"gzip;q=0", None),
        (b"*", b"br"), (b"*;q=0", None), (b"br;q=0, *", b"gzip"), (b"brotli, xgzip", None), (b"br;q=1.0", b"br"),
        (b";;,=,q=", None),
    ],
)  # fmt: skip
def test_best_form_that_is_allowed_is_taken(accept: bytes, encoding: bytes | None) -> None:
    assert accepted_encoding(accept) == encoding
