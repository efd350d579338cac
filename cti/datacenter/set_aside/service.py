"""Pages of what was set aside."""

from __future__ import annotations

from cti.datacenter.cursors import decode_cursor, encode_cursor
from cti.datacenter.database import Database
from cti.datacenter.set_aside import repository
from cti.datacenter.set_aside.schemas import SetAside, SetAsideList


class SetAsides:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, site: str | None, limit: int, cursor: str | None) -> SetAsideList:
        """Raises `BadRequest` for a cursor that is none, and `DatabaseUnavailable`."""
        after = decode_cursor(cursor) if cursor else None
        async with self._database.reading() as session:
            rows = await repository.newest(session, site, limit + 1, after)
        more = encode_cursor((rows[limit - 1].received_at, rows[limit - 1].key)) if len(rows) > limit else None
        return SetAsideList(items=[SetAside.model_validate(row) for row in rows[:limit]], next_cursor=more)
