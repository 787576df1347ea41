"""Pictures and papers behind signed addresses: drawn once, for thirty days, and gone with their owner."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.files import FileGone
from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.reports import drawing
from bot.reports.documents import DocumentFiles, Documents
from bot.reports.picturing import radar
from bot.storage.database import Database
from bot.storage.tables import Person
from tests.fakes import FakeClock
from tests.unit.reports.builders import make_facts, whole_facts

KEY = b"a key for tests"


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    """Documents that are cached in a folder of the test."""
    return Documents(KEY, tmp_path / "documents")


@pytest.fixture
async def files(database: Database, documents: Documents, clock: FakeClock) -> AsyncIterator[DocumentFiles]:
    """What the desk reads."""
    files = DocumentFiles(database, documents, clock)
    yield files
    files.close()


async def issue(database: Database, documents: Documents, clock: FakeClock, language: str = "ja", key: str = "web:one") -> str:
    """A radar for the owner of a conversation."""
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, key, None, Defaults(), clock())
        return await documents.issue(session, conversation.person, "radar", "radar.png", radar(make_facts(), language), clock())


async def test_the_desk_hands_out_a_picture_by_its_address(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock
) -> None:
    content = await Desk(database, Bell(), clock, files).file(await issue(database, documents, clock))
    assert content.data.startswith(b"\x89PNG")
    assert (content.media_type, content.name) == ("image/png", "radar.png")


async def test_the_same_content_has_one_address_and_is_drawn_once_off_the_event_loop(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def draw(kind: str, content: object) -> bytes:
        threads.append(threading.current_thread().name)
        return b"drawn"

    monkeypatch.setattr(drawing, "draw", draw)
    first = await issue(database, documents, clock)
    clock.advance(timedelta(days=3))
    assert await issue(database, documents, clock) == first
    assert await issue(database, documents, clock, "en") != first
    await asyncio.gather(*(files.read(first) for _ in range(3)))
    assert threads == ["drawing_0"]


@pytest.mark.parametrize(("days", "is_gone"), [(29, False), (30, True)])
async def test_an_address_lives_for_thirty_days(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, days: int, is_gone: bool
) -> None:
    url = await issue(database, documents, clock)
    await files.read(url)
    clock.advance(timedelta(days=days))
    if is_gone:
        with pytest.raises(FileGone):
            await files.read(url)
    else:
        assert (await files.read(url)).data


async def test_any_replica_draws_what_another_has_issued(
    database_url: str, database: Database, documents: Documents, clock: FakeClock, tmp_path: Path
) -> None:
    url = await issue(database, documents, clock)
    elsewhere = Database(database_url)
    files = DocumentFiles(elsewhere, Documents(KEY, tmp_path / "another folder"), clock)
    assert (await Desk(elsewhere, Bell(), clock, files).file(url)).data.startswith(b"\x89PNG")
    assert not (tmp_path / "documents").exists()
    files.close()
    await elsewhere.close()


@pytest.mark.parametrize("forge", [lambda url: url[:-1], lambda url: url + "x", lambda url: "/files/abc", lambda url: "/other/" + url])
async def test_a_changed_address_shows_nothing(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, forge
) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FileGone):
        await files.read(forge(await issue(database, documents, clock)))


async def test_an_address_signed_with_another_key_shows_nothing(
    database: Database, documents: Documents, clock: FakeClock, tmp_path: Path
) -> None:
    url = await issue(database, documents, clock)
    strangers = DocumentFiles(database, Documents(b"another key", tmp_path), clock)
    with pytest.raises(FileGone):
        await strangers.read(url)
    strangers.close()


async def test_deleting_a_person_deletes_their_documents_and_drawn_files_and_nobody_elses(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, tmp_path: Path
) -> None:
    mine, theirs = await issue(database, documents, clock), await issue(database, documents, clock, key="web:two")
    await files.read(mine)
    await files.read(theirs)
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:one", None, Defaults(), clock())
        await documents.forget(session, conversation.person)
        await erase(session, conversation.person, conversation, clock())
    with pytest.raises(FileGone):
        await files.read(mine)
    assert (await files.read(theirs)).data
    assert [each.name for each in (tmp_path / "documents").iterdir()] == [documents.key_of(theirs)]


async def test_a_person_deleted_while_their_picture_is_drawn_leaves_no_file(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing_now, deleted = threading.Event(), threading.Event()

    def draw(kind: str, content: object) -> bytes:
        drawing_now.set()
        deleted.wait(10)
        return b"drawn"

    monkeypatch.setattr(drawing, "draw", draw)
    reading = asyncio.create_task(files.read(await issue(database, documents, clock)))
    await asyncio.to_thread(drawing_now.wait, 10)
    async with database.transaction() as session:
        person = await session.get_one(Person, 1)
        await documents.forget(session, person)
    deleted.set()
    with pytest.raises(FileGone):
        await reading
    assert list((tmp_path / "documents").iterdir()) == []


async def test_tidying_deletes_what_has_expired_and_files_without_a_document(
    database: Database, documents: Documents, files: DocumentFiles, clock: FakeClock, tmp_path: Path
) -> None:
    old = await issue(database, documents, clock)
    await files.read(old)
    clock.advance(timedelta(days=31))
    young = await issue(database, documents, clock, "en")
    await files.read(young)
    (tmp_path / "documents" / "left-behind").write_bytes(b"by another replica")
    async with database.transaction() as session:
        await documents.tidy(session, clock())
    assert [each.name for each in (tmp_path / "documents").iterdir()] == [documents.key_of(young)]


async def test_every_kind_of_document_is_kept_and_drawn_again(database: Database) -> None:
    shown = radar(whole_facts(), "ja")
    assert drawing.draw("radar", drawing.kept("radar", shown)) == drawing.draw("radar", drawing.kept("radar", shown))
    assert drawing.draw("packet_data", {"a": "あ"}) == '{\n  "a": "あ"\n}'.encode()
