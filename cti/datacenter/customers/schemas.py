"""What is known of a customer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Customer(BaseModel):
    """Who is calling."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "C1001",
                    "number": "13800138000",
                    "name": "张三丰",
                    "grade": "gold",
                    "notes": "偏好普通话；车险续保中",
                    "fields": {"city": "上海", "since": "2012"},
                    "policies": ["80012345678"],
                }
            ]
        },
    )

    id: str = Field(description="the customer's id")
    number: str = Field(description="the telephone number, as dialed within the country")
    name: str = Field(description="the customer's name")
    grade: str = Field(description="how the company ranks the customer: `standard`, `silver`, `gold`")
    notes: str = Field(description="what an agent should know")
    fields: dict[str, str] = Field(description="further fields for the agent's screen")
    last_agent: str | None = Field(default=None, description="the agent who talked last with this number")
    policies: list[str] = Field(default=[], description="numbers of the customer's policies")
