"""What is told of a policy."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class PolicyStatus(StrEnum):
    """Where a policy stands."""

    IN_FORCE = "in_force"  # it covers its holder
    LAPSED = "lapsed"  # a premium is overdue
    EXPIRED = "expired"  # its term is over
    CANCELLED = "cancelled"  # it was ended before its term


class Policy(BaseModel):
    """One insurance policy."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "80012345678",
                    "status": "in_force",
                    "product": "机动车商业保险",
                    "holder": "张三丰",
                    "expires_on": "2027-03-31",
                }
            ]
        }
    )

    number: str = Field(description="8 to 12 digits")
    status: PolicyStatus = Field(description="where it stands")
    product: str = Field(description="what it insures")
    holder: str = Field(description="the customer's name")
    expires_on: date = Field(description="the last day of its term")
