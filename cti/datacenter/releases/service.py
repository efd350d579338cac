"""Publishing, activating, rolling back; and the canary's watch, which runs whenever a site asks what counts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping

from sqlalchemy.exc import IntegrityError

from cti.datacenter.config import InspectedBundle
from cti.datacenter.database import Database
from cti.datacenter.errors import BadRequest, Conflict, NotFound
from cti.datacenter.models import FlowReleaseRow, FlowVersionRow
from cti.datacenter.releases import repository
from cti.datacenter.releases.judging import must_return, version_before
from cti.datacenter.releases.schemas import (
    AcknowledgementBody,
    Action,
    Activation,
    Canary,
    PublishedVersion,
    Release,
    ReleaseList,
    ReleaseState,
    Rollback,
    SiteAcknowledgement,
    Taken,
    VersionList,
    VersionUpload,
)
from cti.kit.clock import Clock
from cti.kit.errors import ConfigError, Problem, problem
from cti.kit.logging import get_logger

log = get_logger(__name__)


class Releases:
    def __init__(self, database: Database, clock: Clock, inspect: Callable[[bytes], InspectedBundle]) -> None:
        """`inspect` checks a bundle as sites will; it raises `ConfigError`, and may take a while."""
        self._database, self._clock, self._inspect = database, clock, inspect

    async def publish(self, hotline: str, upload: VersionUpload) -> PublishedVersion:
        """Stores a version; again the same one is no fault. Raises `BadRequest` with what is wrong with its files."""
        try:
            found = await asyncio.to_thread(self._inspect, upload.bundle)
        except ConfigError as error:
            raise BadRequest(*error.problems) from None
        if found.hotline != hotline:
            raise BadRequest(problem(
                "release.other_hotline", "bundle", f"These are the files of {found.hotline}, not of {hotline}.",
                f"这是 {found.hotline} 的文件，不是 {hotline} 的。", "Publish them to their own hotline.",
                "请发布到其所属热线。"))  # fmt: skip
        row: dict[str, object] = {
            "hotline": hotline, "version": found.version, "flow": found.flow, "author": upload.author, "message": upload.message,
            "published_at": self._clock.wall(), "digest": hashlib.sha256(upload.bundle).hexdigest(), "bundle": upload.bundle,
            "titles": {node: list(title) for node, title in found.titles.items()},
        }  # fmt: skip
        async with self._database.writing() as connection:
            await repository.add_version(connection, row)
        log.info("release.published", hotline=hotline, version=found.version, author=upload.author)
        return _version(await self._stored(hotline, found.version))

    async def versions(self, hotline: str) -> VersionList:
        async with self._database.reading() as session:
            rows = await repository.versions(session, hotline)
        return VersionList(items=[_version(row) for row in rows])

    async def bundle(self, hotline: str, version: str) -> bytes:
        """Raises `NotFound`."""
        return (await self._stored(hotline, version, with_bundle=True)).bundle

    async def activate(self, hotline: str, activation: Activation) -> Release:
        """Raises `NotFound` for a version that was not published, `BadRequest` for a canary beside nothing, `Conflict`."""
        canary = activation.canary
        wanted = canary.version if canary else activation.version
        await self._stored(hotline, str(wanted))
        latest = await self._latest(hotline)
        if canary is None:
            return await self._release(
                hotline, latest, Action.ACTIVATED, str(wanted), activation.author, activation.message
            )
        if latest is None or latest.version == canary.version:
            raise BadRequest(problem(
                "release.canary_alone", "canary", "There is no other version that the other callers could meet.",
                "没有其他版本可供其余来电使用。", "Activate a version first.", "请先全量发布一个版本。"))  # fmt: skip
        return await self._release(
            hotline, latest, Action.CANARY, latest.version, activation.author, activation.message, canary
        )

    async def roll_back(self, hotline: str, rollback: Rollback) -> Release:
        """Raises `BadRequest` when there is nothing to go back to, `Conflict`."""
        async with self._database.reading() as session:
            rows = await repository.releases(session, hotline)
        latest = rows[-1] if rows else None
        if latest is not None and latest.canary is not None:
            before: str | None = latest.version
        else:
            before = version_before((Action(row.action), row.version) for row in rows)
        if before is None:
            raise BadRequest(problem(
                "release.nothing_before", hotline, "No version was active before this one.", "此前没有生效过的版本。",
                "Publish the version that callers should meet.", "请发布来电应当使用的版本。"))  # fmt: skip
        return await self._release(hotline, latest, Action.ROLLED_BACK, before, rollback.author, rollback.message)

    async def history(self, hotline: str) -> ReleaseList:
        async with self._database.reading() as session:
            rows = await repository.releases(session, hotline)
        return ReleaseList(items=[_release(row, {}) for row in reversed(rows)])

    async def state(self, hotline: str) -> ReleaseState:
        """What counts now. Ends a canary of which too many calls fail."""
        async with self._database.reading() as session:
            row = await repository.latest(session, hotline)
            sites = await repository.acknowledgements(session, hotline)
            reason, digests = None, dict[str, str]()
            if row is not None:
                canary = Canary.model_validate(row.canary) if row.canary else None
                digests = await repository.digests(
                    session, hotline, {row.version, canary.version if canary else row.version}
                )
                if canary is not None:
                    reason = must_return(canary, row.version, await repository.outcomes(session, hotline, row.at))
        answered = [
            SiteAcknowledgement(site=s.site, n=s.n, outcome=Taken(s.outcome), reason=s.reason, at=s.at) for s in sites
        ]
        if row is None:
            return ReleaseState(release=None, sites=answered)
        if reason is None:
            return ReleaseState(release=_release(row, digests), sites=answered)
        try:
            release = await self._release(hotline, row, Action.CANARY_RETURNED, row.version, "canary", reason[:500])
        except Conflict:  # another site's question, or a person, was faster
            return await self.state(hotline)
        return ReleaseState(release=release, sites=answered)

    async def acknowledge(self, hotline: str, body: AcknowledgementBody) -> SiteAcknowledgement:
        now = self._clock.wall()
        row: dict[str, object] = {
            "hotline": hotline, "site": body.site, "n": body.n, "outcome": body.outcome.value, "reason": body.reason,
            "at": now,
        }  # fmt: skip
        async with self._database.writing() as connection:
            await repository.acknowledge(connection, row)
        return SiteAcknowledgement(**body.model_dump(), at=now)

    async def _latest(self, hotline: str) -> FlowReleaseRow | None:
        async with self._database.reading() as session:
            return await repository.latest(session, hotline)

    async def _stored(self, hotline: str, version: str, *, with_bundle: bool = False) -> FlowVersionRow:
        async with self._database.reading() as session:
            row = await repository.version(session, hotline, version, with_bundle=with_bundle)
        if row is None:
            raise NotFound(problem("release.unknown_version", version, f"{hotline} has no version {version}.",
                                   f"{hotline} 没有版本 {version}。", "List them with `cti flow versions`.",
                                   "请用 `cti flow versions` 查看。"))  # fmt: skip
        return row

    async def _release(
        self, hotline: str, latest: FlowReleaseRow | None, action: Action, version: str, author: str, message: str,
        canary: Canary | None = None,
    ) -> Release:  # fmt: skip
        """Its number is the latest one's plus one: of two that build on the same, one gets `Conflict`."""
        number = latest.n + 1 if latest else 1
        row: dict[str, object] = {
            "hotline": hotline, "n": number, "version": version, "action": action.value, "author": author, "message": message,
            "at": self._clock.wall(), "canary": canary.model_dump(mode="json") if canary else None,
        }  # fmt: skip
        try:
            async with self._database.writing() as connection:
                await repository.add_release(connection, row)
        except IntegrityError:
            raise Conflict(_overtaken(hotline)) from None
        log.info("release.made", hotline=hotline, n=number, did=action, version=version, author=author)
        names = {version, canary.version} if canary else {version}
        async with self._database.reading() as session:
            digests = await repository.digests(session, hotline, names)
        return _release(FlowReleaseRow(**row), digests)


def _overtaken(hotline: str) -> Problem:
    return problem("release.overtaken", hotline, "Somebody else released at the same moment.", "此刻有其他人也在发布。",
                   "Look at the history, and decide again.", "请查看发布记录后再操作。")  # fmt: skip


def _version(row: FlowVersionRow) -> PublishedVersion:
    return PublishedVersion(
        hotline=row.hotline, version=row.version, flow=row.flow, author=row.author, message=row.message,
        published_at=row.published_at, digest=row.digest,
    )  # fmt: skip


def _release(row: FlowReleaseRow, digests: Mapping[str, str]) -> Release:
    return Release(
        hotline=row.hotline, n=row.n, version=row.version, digests=dict(digests), action=Action(row.action), author=row.author,
        canary=Canary.model_validate(row.canary) if row.canary else None, message=row.message, at=row.at,
    )  # fmt: skip
