"""Publishing, going back, comparing; and the topology that the data center itself goes by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from cti.datacenter.configuration import repository
from cti.datacenter.configuration.schemas import (
    ConfigurationChange,
    ConfigurationChangeList,
    ConfigurationHead,
    ConfigurationState,
    ConfigurationVersion,
    ConfigurationVersionList,
    Origin,
    Publication,
    Return,
    SiteOutcome,
    SiteStanding,
    StandingBody,
)
from cti.datacenter.database import Database
from cti.datacenter.errors import BadRequest, Conflict, NotFound, Sentence
from cti.datacenter.models import ConfigurationVersionRow
from cti.kit.clock import Clock
from cti.kit.errors import ConfigError, Language, problem
from cti.kit.logging import get_logger
from cti.kit.strict_yaml import Document, Place, validate
from cti.topology import Change, Topology, differences, digest_of, document_of

log = get_logger(__name__)
TOLD = 8  # changes in a refusal; the others are counted


class _Received(Document):
    """Not a file: what is wrong is named by its path."""

    def where(self, path: Place) -> str:
        return ".".join((self.name, *map(str, path)))


class Configurations:
    def __init__(self, database: Database, clock: Clock, installed: Topology) -> None:
        """`installed` is what the data center's own file says; it counts until something is published, and is version 0."""
        self._database, self._clock, self._installed = database, clock, installed
        self._known, self.topology = "", installed  # the digest of what was published last

    async def state(self) -> ConfigurationState:
        """What counts now. Every second a site asks, so `topology` is never older than that, whoever published."""
        async with self._database.reading() as session:
            row = await repository.latest(session)
            if row is not None and row.digest != self._known:
                whole = await repository.version(session, row.n)
                if whole is not None:
                    self._known, self.topology = row.digest, Topology.model_validate(whole.document)
            rows = await repository.standings(session)
        sites = [
            SiteStanding(
                site=s.site, n=s.n, outcome=SiteOutcome(s.outcome), reason=s.reason, restart=s.restart, nodes=s.nodes, at=s.at
            )
            for s in rows
        ]  # fmt: skip
        return ConfigurationState(version=_head(row) if row else None, sites=sites)

    async def versions(self) -> ConfigurationVersionList:
        async with self._database.reading() as session:
            rows = await repository.versions(session)
        return ConfigurationVersionList(items=[_head(row) for row in rows])

    async def version(self, n: int) -> ConfigurationVersion:
        """Raises `NotFound`."""
        row = await self._stored(n)
        return ConfigurationVersion(**_head(row).model_dump(), topology=row.document)

    async def changes(self, n: int, since: int | None) -> ConfigurationChangeList:
        """Raises `NotFound`."""
        before = max(0, n - 1) if since is None else since
        found = differences(await self._topology(before), await self._topology(n))
        items = [
            ConfigurationChange(where=c.where, what=Sentence(en=c.what.en, zh=c.what.zh), restart=list(c.restart))
            for c in found
        ]
        return ConfigurationChangeList(since=before, n=n, items=items)

    async def publish(self, publication: Publication) -> ConfigurationHead:
        """Raises `BadRequest` with what is wrong, `Conflict` when it is not based on the version that counts."""
        try:
            topology = validate(_Received(publication.topology, "topology"), Topology)
        except ConfigError as error:
            raise BadRequest(*error.problems) from None
        document, latest = document_of(topology), await self._latest()
        if latest is not None and latest.digest == digest_of(document):
            return _head(latest)
        if publication.based_on != (latest.n if latest else 0):
            raise await self._overtaken(publication.based_on, latest)
        return await self._add(latest, Origin.PUBLISHED, publication.based_on, publication, document)

    async def roll_back(self, body: Return) -> ConfigurationHead:
        """Raises `NotFound`, `Conflict`."""
        row, latest = await self._stored(body.n), await self._latest()
        if latest is not None and latest.digest == row.digest:
            return _head(latest)
        return await self._add(latest, Origin.ROLLED_BACK, body.n, body, row.document)

    async def acknowledge(self, body: StandingBody) -> SiteStanding:
        now = self._clock.wall()
        row: dict[str, object] = body.model_dump(mode="json") | {"at": now}
        async with self._database.writing() as connection:
            await repository.acknowledge(connection, row)
        return SiteStanding(**body.model_dump(), at=now)

    async def _latest(self) -> ConfigurationVersionRow | None:
        async with self._database.reading() as session:
            return await repository.latest(session)

    async def _stored(self, n: int) -> ConfigurationVersionRow:
        async with self._database.reading() as session:
            row = await repository.version(session, n)
        if row is None:
            raise NotFound(problem("configuration.unknown_version", str(n), f"There is no version {n} of the configuration.",
                                   f"没有配置版本 {n}。", "List them with `cti config versions`.",
                                   "请用 `cti config versions` 查看。"))  # fmt: skip
        return row

    async def _topology(self, n: int) -> Topology:
        return Topology.model_validate((await self._stored(n)).document) if n else self._installed

    async def _add(
        self, latest: ConfigurationVersionRow | None, action: Origin, source: int, who: Publication | Return, document: dict[str, Any]
    ) -> ConfigurationHead:  # fmt: skip
        """Its number is the latest one's plus one: of two that build on the same, one gets `Conflict`."""
        number = latest.n + 1 if latest else 1
        row: dict[str, object] = {
            "n": number, "digest": digest_of(document), "action": action.value, "source": source, "author": who.author,
            "message": who.message, "at": self._clock.wall(), "document": document,
        }  # fmt: skip
        try:
            async with self._database.writing() as connection:
                await repository.add(connection, row)
        except IntegrityError:
            raise await self._overtaken(number - 1, await self._latest()) from None
        log.info("configuration.published", n=number, did=action, author=who.author)
        await self.state()
        return _head(ConfigurationVersionRow(**row))

    async def _overtaken(self, based_on: int, latest: ConfigurationVersionRow | None) -> Exception:
        """What somebody else has changed meanwhile."""
        if latest is None or based_on > latest.n:
            return NotFound(problem(
                "configuration.unknown_version", str(based_on), f"There is no version {based_on} of the configuration.",
                f"没有配置版本 {based_on}。", "List them with `cti config versions`.", "请用 `cti config versions` 查看。"))  # fmt: skip
        found = differences(await self._topology(based_on), await self._topology(latest.n))
        return Conflict(problem(
            "configuration.overtaken", f"version {based_on}",
            f"Version {latest.n} counts now ({latest.author}: {latest.message}). Since {based_on}: {_told(found, 'en')}.",
            f"当前版本为 {latest.n}（{latest.author}：{latest.message}）。自版本 {based_on} 以来：{_told(found, 'zh')}。",
            f"Make your change in version {latest.n} (`cti config show {latest.n}`), and publish that.",
            f"请在版本 {latest.n} 上修改（`cti config show {latest.n}`）后重新发布。"))  # fmt: skip


def _told(changes: Sequence[Change], language: Language) -> str:
    said = [f"{c.where}: {c.what.say(language)}" for c in changes[:TOLD]]
    said += [f"… {len(changes) - TOLD}"] if len(changes) > TOLD else []
    return "; ".join(said) or "="


def _head(row: ConfigurationVersionRow) -> ConfigurationHead:
    return ConfigurationHead(
        n=row.n, digest=row.digest, action=Origin(row.action), source=row.source, author=row.author, message=row.message, at=row.at
    )  # fmt: skip
