"""The page and the widget's files as a browser gets them."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from bot.channels.web.origins import Origins
from bot.channels.web.scripts import bundle, tight, tight_sheet
from bot.channels.web.server import STATIC
from bot.messaging.files import Content
from tests.integration.web.serving import Advisor

#: What the design allows for script and style, compressed as they are sent.
BUDGET_BYTES = 12 * 1024
LAUNCHER_BYTES = 1024


async def _get(advisor: Advisor, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "", "ja"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/", "fr,de;q=0.8", "ja"),
        ("/", "ja;q=0.3, en;q=0.9", "en"),
        ("/", "ja,en;q=0.9", "ja"),
        ("/", "en;q=oops", "ja"),
        ("/?lang=en", "ja", "en"),
        ("/?lang=ja", "en", "ja"),
        ("/?lang=xx", "en", "en"),
    ],
)
async def test_page_speaks_the_visitors_language(advisor: Advisor, path: str, accepted: str, language: str) -> None:
    page = await _get(advisor, path, **{"accept-language": accepted})
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert f'<advisor-chat lang="{language}"' in page.text


async def test_page_is_strict_and_sets_no_cookie(advisor: Advisor) -> None:
    page = await _get(advisor, "/")
    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' ws://127.0.0.1:{advisor.port} wss://127.0.0.1:{advisor.port}",
        "img-src": "'self' data:",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self' https://shop.example",
        "require-trusted-types-for": "'script'",
        "trusted-types": "advisor-worker",
    }
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in page.headers


async def test_files_of_the_page_are_kept_for_ever_and_found_again_after_an_update(advisor: Advisor) -> None:
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', (await _get(advisor, "/")).text)
    assert len(files) == 3
    for path in files:
        file = await _get(advisor, path)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["x-content-type-options"] == "nosniff"
        old = await _get(advisor, re.sub(r"/static/\w+/", "/static/0000/", path))
        assert old.headers["cache-control"] == "no-cache"
        assert old.content == file.content
        unchanged = await _get(advisor, path, **{"if-none-match": file.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_files_are_sent_compressed_or_plain(advisor: Advisor) -> None:
    zipped = await _get(advisor, "/static/x/chat.js", **{"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    plain = await _get(advisor, "/static/x/chat.js", **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == zipped.content
    assert "connectedCallback" in plain.text


@pytest.mark.parametrize("name", ["missing.js", "page.html", "page.json", "..%2Fserver.py"])
async def test_nothing_else_is_served(advisor: Advisor, name: str) -> None:
    assert (await _get(advisor, f"/static/x/{name}")).status_code == 404


async def _bytes(advisor: Advisor, *paths: str) -> int:
    return sum([int((await _get(advisor, path, **{"accept-encoding": "gzip"})).headers["content-length"]) for path in paths])


async def test_widget_and_launcher_keep_to_their_budgets(advisor: Advisor) -> None:
    assert await _bytes(advisor, "/static/x/chat.js", "/static/x/page.css") <= BUDGET_BYTES
    assert await _bytes(advisor, "/widget.js") <= LAUNCHER_BYTES


async def test_launcher_may_be_loaded_by_any_site(advisor: Advisor) -> None:
    for path in ("/widget.js", "/panel.js"):
        script = await _get(advisor, path)
        assert script.headers["access-control-allow-origin"] == "*"
        assert script.headers["content-type"].startswith("text/javascript")
        assert "max-age" in script.headers["cache-control"]


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_demo_shows_the_line_to_embed(advisor: Advisor, language: str) -> None:
    page = await _get(advisor, f"/demo?lang={language}")
    assert f"&lt;script src=&quot;{advisor.origin}/widget.js" in page.text.replace('"', "&quot;")
    assert f'data-lang="{language}"' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_bundle_holds_every_module_once_and_no_import_is_left() -> None:
    script = bundle(STATIC / "chat.js")
    assert re.findall(r"^(?:import|export)\b", script, re.MULTILINE) == []
    assert {name: script.count(f"class {name} ") for name in ("AdvisorChat", "Around", "Store", "Wire")} == dict.fromkeys(
        ("AdvisorChat", "Around", "Store", "Wire"), 1
    )
    names = re.findall(r"^(?:const|let|class|function|async function) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names)) > 20


def test_what_is_only_for_readers_is_not_sent() -> None:
    source = "// why\n  const address = 'https://x.example'; // trailing\n\n  const STYLES = `a { b: c; }`;\n"
    assert tight(source) == "\nconst address = 'https://x.example';\nconst STYLES = `a{b:c}`;\n"


def test_sheets_are_sent_without_comments_and_spaces() -> None:
    assert tight_sheet("/* why\n   so */\na, b { c: d; }\n@media (e: f) {\n  a { c: max(1%, 2px + 1em); }\n}\n") == (
        "a,b{c:d}\n@media (e:f){\na{c:max(1%,2px + 1em)}\n}"
    )


def test_widget_never_writes_html() -> None:
    scripts = list(STATIC.glob("*.js"))
    assert scripts
    for script in scripts:
        assert not re.search(
            # The namespace of pictures and the addressee of messages are asked for nothing.
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|https?://(?!www\.w3\.org/|web\.telegram\.org\")[a-z]",
            script.read_text(),
        ), script


def test_widget_has_every_text_in_both_languages() -> None:
    for name in ("texts.js", "more_texts.js"):
        source = (STATIC / name).read_text(encoding="utf-8")
        japanese, english = (re.findall(r"^    (\w+):", part, re.MULTILINE) for part in source.split("  en: {"))
        assert japanese == english != []
    words = json.loads((STATIC / "page.json").read_text(encoding="utf-8"))
    assert words["ja"]["page"].keys() == words["en"]["page"].keys()
    assert words["ja"]["demo"].keys() == words["en"]["demo"].keys()


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/path", "*", "https://a.example; script-src *", "javascript:alert(1)"]
)
def test_what_is_no_origin_cannot_be_allowed(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Origins((origin,))


def test_strange_host_header_cannot_widen_the_policy() -> None:
    assert "evil" not in Origins(()).chat_policy("evil.example; script-src *")


async def test_a_picture_is_shown_and_a_document_is_kept_under_its_own_name(advisor: Advisor) -> None:
    advisor.files.contents = {
        "/files/a": Content(b"png", "image/png", "radar.png"),
        "/files/b": Content(b"pdf", "application/pdf", "診断.pdf"),
    }
    picture, document = await _get(advisor, "/files/a"), await _get(advisor, "/files/b")
    assert (picture.content, picture.headers["content-type"]) == (b"png", "image/png")
    assert picture.headers["content-disposition"].startswith("inline")
    assert document.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%A8%BA%E6%96%AD.pdf"
    assert document.headers["x-content-type-options"] == "nosniff"


async def test_an_address_behind_which_nothing_stands_is_not_found(advisor: Advisor) -> None:
    assert (await _get(advisor, "/files/forged")).status_code == 404
