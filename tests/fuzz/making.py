"""Inputs: plausible ones, then spoiled. Everything comes from one seeded source, so a failure can be had again."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

#: Stands in much of what is sent; in no log, and in no answer to anybody else.
WORD = "QZW9XK"
_TEXTS = (
    "こんにちは", "診断を始める", "はい", "いいえ", "3", "わからない", "戻る", "なぜ?", "売上が3割減った", "来週の火曜10時に聞いて", "毎月第2月曜", "hello", "start the assessment",
    "every other Friday at 5pm", "skip", "delete my data", "export my data", "見積もり A社 月3,000円", "Acme: 120,000 yen one-off + 5k/month", "change the backup one to 3",
    "/start", "/start{}", "/restart", "/deny", "/slot{\"a\":1}", "b1.0", "b2147483648.0", "b99999999.9", "b-1.0", "b²·0", "EXTERNAL_x", "/ask_knowledge{\"x\": \"y\"}",
    "'; DROP TABLE person;--", "<script>alert(1)</script>", "${jndi:ldap://x}", "{{7*7}}", "%s%n%d{0}{x.__class__}", "../../etc/passwd", "\\u0000", "a" * 300, "長" * 5000,
    "\u202e逆さ", "e\u0301" * 50, "\ud800", "\udfff\ud800", "\x00\x01\x7f", "👩‍👩‍👧‍👦🇯🇵", "１２３", "٣", "①②③", "∞", "1e999", "-0", "９９９９９９９９９９９９９", "NaN", "  \t\r\n ",
    "2026-02-30", "24:60", "UTC+99", "Asia/Tokyo", "第９９９９月曜", "来年の2月29日", "99999年1月1日", "in 99999999999 days", "−５時", "*bold* _x_ [a](javascript:1)",
)  # fmt: skip
_NUMBERS = (0, 1, -1, 2, 5, 127, 255, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, 1e-320)
_BYTES = (b"\x00", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\r\n", b"%00", b"%ff", b"%2e%2e/", b"%", b"\xf0\x9f\x98\x80", b"{", b"[", b'"', b"\\", b"\\ud800")
_HEADERS = (b"", b"x", b"\xff\xfe", b"gzip;q=\x00", b"a" * 500, b"a" * 40_000, b"null", b"*", b"-1", b"0", b"9" * 400, b"%00", b"en;q=1e9,ja;q=nan,,;q=", b"[", b"http://[", b"https://[::1")


class Maker:
    """Makes inputs out of a seeded source of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def often(self, share: float) -> bool:
        """True for so many of all times."""
        return self.chance.random() < share

    def text(self) -> str:
        """What somebody might type, or what nobody would."""
        found = self.chance.choice(_TEXTS)
        if self.often(0.3):
            found = self.spoiled(found)
        if self.often(0.1):
            found += self.chance.choice(_TEXTS)
        return found + WORD if self.often(0.4) else found

    def spoiled(self, text: str) -> str:
        """The text with a few characters lost, doubled, moved or replaced."""
        parts = list(text[:200])
        for _ in range(self.chance.randint(1, 4)):
            place = self.chance.randint(0, len(parts))
            match self.chance.randint(0, 3):
                case 0:
                    del parts[place : place + self.chance.randint(1, 3)]
                case 1:
                    parts.insert(place, chr(self.chance.choice((self.chance.randint(0, 0x2FFF), self.chance.randint(0, 0x10FFFF)))))
                case 2:
                    parts[place:place] = parts[: self.chance.randint(0, 8)]
                case _:
                    self.chance.shuffle(parts)
        return "".join(parts)

    def value(self, depth: int = 3) -> Any:
        """Anything that JSON can say."""
        kinds = 8 if depth else 5
        match self.chance.randint(0, kinds):
            case 0:
                return None
            case 1:
                return self.often(0.5)
            case 2 | 3:
                return self.chance.choice(_NUMBERS)
            case 4 | 5:
                return self.text()
            case 6:
                return [self.value(depth - 1) for _ in range(self.chance.randint(0, 3))]
            case _:
                return {self.text(): self.value(depth - 1) for _ in range(self.chance.randint(0, 3))}

    def near(self, valid: Any) -> Any:
        """Something like `valid`: parts lost, of another type, too large, doubled or renamed."""
        if isinstance(valid, Mapping):
            return self._near_object(valid)
        if isinstance(valid, Sequence) and not isinstance(valid, str) and self.often(0.8):
            return [self.near(each) for each in valid for _ in range(self.chance.choice((0, 1, 1, 1, 2)))]
        if self.often(0.15):
            return self.value(2)
        if isinstance(valid, str) and self.often(0.3):
            return self.text() if self.often(0.5) else self.spoiled(valid)
        if isinstance(valid, int) and self.often(0.2):
            return self.chance.choice(_NUMBERS)
        return valid

    def _near_object(self, valid: Mapping[str, Any]) -> Any:
        if self.often(0.03):
            return self.value(2)
        found = {name: self.near(part) for name, part in valid.items() if not self.often(0.06)}
        if self.often(0.08):
            found[self.text()] = self.value(2)
        return found

    def body(self, valid: Any) -> bytes:
        """A request's body: `valid` as it is, nearly so, or broken as bytes."""
        if self.often(0.15):
            return self.encoded(valid)
        if self.often(0.04):
            return self.chance.choice((b"", b"null", b"[" * 50_000, b'{"a":' * 20_000, b"1" * 5000, b"\xff" * 10, b'"' + b"a" * 300_000 + b'"', b"{}" * 400_000, b"nan", b"[1e999]"))
        made = self.encoded(self.near(valid))
        return self.broken(made) if self.often(0.1) else made

    def encoded(self, value: Any) -> bytes:
        """As JSON, with lone surrogates and the like written as escapes, or as they are."""
        return json.dumps(value, ensure_ascii=self.often(0.7)).encode("utf-8", "surrogatepass")

    def broken(self, data: bytes) -> bytes:
        """Bytes with a few of them lost or replaced."""
        for _ in range(self.chance.randint(1, 3)):
            place = self.chance.randint(0, len(data))
            data = data[:place] + self.chance.choice(_BYTES) + data[place + self.chance.randint(0, 4) :]
        return data

    def header(self) -> bytes:
        """A header's value."""
        return self.chance.choice(_HEADERS) if self.often(0.7) else self.broken(b"Bearer abc.def")

    def segment(self, valid: str = "") -> bytes:
        """A part of an address, as it stands on the wire."""
        made = valid.encode() if self.often(0.3) else self.chance.choice(_BYTES + _HEADERS[:6] + (b"a%2fb", b"..", b"x.ics", b"%E3%81%82"))
        made = self.broken(made) if self.often(0.4) else made
        return made if self.often(0.1) else quote(made, safe="/%.=-_~").encode()
