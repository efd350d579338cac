"""Finding the customer who calls."""

from __future__ import annotations

from cti.datacenter.customers import repository
from cti.datacenter.customers.schemas import Customer
from cti.datacenter.database import Database
from cti.datacenter.errors import NotFound
from cti.datacenter.models import CustomerRow
from cti.datacenter.numbers import national
from cti.kit.errors import problem
from cti.kit.logging import mask_number


class Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_number(self, number: str) -> Customer:
        """Raises `NotFound`."""
        return await self._find(by_number=national(number))

    async def by_id(self, customer: str) -> Customer:
        """Raises `NotFound`."""
        return await self._find(by_id=customer)

    async def _find(self, *, by_number: str | None = None, by_id: str | None = None) -> Customer:
        async with self._database.reading() as session:
            row: CustomerRow | None
            if by_number is not None:
                row = await repository.by_number(session, by_number)
            else:
                row = await repository.by_id(session, by_id or "")
            if row is None:
                raise NotFound(problem("customer.unknown", mask_number(by_number) or by_id or "", "There is no such customer.",
                                       "没有该客户。", "Check the number.", "请检查号码。"))  # fmt: skip
            policies = await repository.policies_of(session, row.id)
            agent = await repository.last_agent(session, row.number)
        return Customer.model_validate(row).model_copy(update={"policies": list(policies), "last_agent": agent})
