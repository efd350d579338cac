"""Looking up a policy."""

from __future__ import annotations

from cti.datacenter.database import Database
from cti.datacenter.errors import NotFound
from cti.datacenter.policies import repository
from cti.datacenter.policies.schemas import Policy, PolicyStatus
from cti.kit.errors import problem


class Policies:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_number(self, number: str) -> Policy:
        """Raises `NotFound`."""
        async with self._database.reading() as session:
            found = await repository.by_number(session, number)
        if found is None:
            raise NotFound(problem("policy.unknown", "path.number", "There is no such policy.", "没有该保单。",
                                   "Check the number.", "请检查保单号。"))  # fmt: skip
        row, holder = found
        return Policy(
            number=row.number,
            status=PolicyStatus(row.status),
            product=row.product,
            holder=holder,
            expires_on=row.expires_on,
        )
