"""A page's encoding: declared by the server or the page, else guessed from its bytes."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Labels that browsers map to a superset (WHATWG Encoding).
_READ_AS = {
    "euc-kr": "cp949", "euc_kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "utf-7": "utf-8",
}  # fmt: skip
_TOLD_ONLY = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
"""A page that names one of these itself could not be read until there."""
_OF_THE_WEB = re.compile(r"utf-8|cp\d+|iso8859-\d+|euc_jp|iso2022_jp|gb18030|big5(?:hkscs)?|koi8-[ru]|mac-roman")
_IN_HEADER = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_IN_META = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_IN_DECLARATION = re.compile(rb"\s{0,99}<\?xml[^>]{0,200}encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})", re.IGNORECASE)
LOOKED_AT = 256 * 1024
"""Bytes in which a page may name its encoding: beyond the 1,024 of the standard, as browsers do when it comes late."""
GUESSED = ["cp949", "cp932", "euc_jp", "gb18030", "big5", "cp1251", "cp1252"]
"""What pages that name no encoding are written in, where it is not UTF-8."""
BROKEN = 0.1
"""Of the letters beyond ASCII, what may be broken in a page that is UTF-8."""


def decoded(body: bytes, content_type: str) -> str:
    """A page's text, with replacement characters for invalid bytes."""
    return body.decode(charset_of(body, content_type), "replace")


def charset_of(body: bytes, content_type: str) -> str:
    """A page's encoding: by BOM, header, declaration, or a guess."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    told = _IN_HEADER.search(content_type)
    header = told[1].lower() if told else ""
    if header in _TOLD_ONLY:
        return _TOLD_ONLY[header]
    for name in (header, _own_word(body)):
        try:
            known = codecs.lookup(_READ_AS.get(name, name)).name
        except LookupError:
            continue
        if _OF_THE_WEB.fullmatch(known):
            return known
    return _guess(body)


def _own_word(body: bytes) -> str:
    found = _IN_META.search(body, 0, LOOKED_AT) or _IN_DECLARATION.match(body)
    return found[1].decode("ascii", "replace").lower() if found else ""


def _guess(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        sample = body[max(0, error.start - 1_000) : error.start + LOOKED_AT]
    else:
        return "utf-8"
    sample = sample[: sample.rfind(b"<") + 1] or sample  # never cut within a character
    text = sample.decode(errors="replace")
    if text.count("\ufffd") < BROKEN * sum(letter > "\x7f" for letter in text):
        return "utf-8"
    from charset_normalizer import from_bytes  # rarely needed

    best = from_bytes(sample, cp_isolation=GUESSED).best()
    return best.encoding if best else "utf-8"
