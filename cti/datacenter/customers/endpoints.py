"""GET /api/v1/customers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from cti.datacenter.customers.schemas import Customer
from cti.datacenter.customers.service import Customers
from cti.datacenter.errors import API, responses
from cti.datacenter.security import Guard


def build_router(customers: Customers, guard: Guard) -> APIRouter:
    router = APIRouter(
        prefix=f"{API}/customers",
        tags=["customers"],
        dependencies=[Depends(guard.read)],
        responses=responses(401, 404, 422, 503),
    )

    @router.get(
        "",
        summary="Find the customer with a telephone number",
        description="The one customer with this number, written as a caller's number may be: with or without +86, 0086 or "
        "a leading 0. 404 if there is none.",
    )
    async def find_customer(
        number: Annotated[
            str, Query(min_length=1, max_length=32, pattern=r"^[-+0-9 ()]+$", description="a telephone number",
                       examples=["13800138000"])
        ],
    ) -> Customer:  # fmt: skip
        return await customers.by_number(number)

    @router.get(
        "/{customer}", summary="Read a customer", description="The customer with this id. 404 if there is none."
    )
    async def read_customer(
        customer: Annotated[str, Path(max_length=32, pattern=r"^[A-Za-z0-9_-]+$", description="the customer's id")],
    ) -> Customer:
        return await customers.by_id(customer)

    return router
