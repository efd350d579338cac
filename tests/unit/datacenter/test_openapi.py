from __future__ import annotations

from typing import Any

import pytest

from cti.datacenter import create_app
from tests.datacenter import make_config

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(make_config("sqlite+aiosqlite:////nonexistent/never-opened.db")).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_every_path_of_the_api_is_there(document: dict[str, Any]) -> None:
    assert {name for name, _ in operations(document)} == {
        "POST /api/v1/facts",
        "GET /api/v1/facts/set-aside",
        "GET /api/v1/contacts",
        "GET /api/v1/contacts/{contact}",
        "GET /api/v1/customers",
        "GET /api/v1/customers/{customer}",
        "GET /api/v1/cases",
        "GET /api/v1/cases/{case}",
        "GET /api/v1/policies/{number}",
        "POST /api/v1/flows/{hotline}/versions",
        "GET /api/v1/flows/{hotline}/versions",
        "GET /api/v1/flows/{hotline}/versions/{version}/bundle",
        "POST /api/v1/flows/{hotline}/releases",
        "POST /api/v1/flows/{hotline}/rollback",
        "GET /api/v1/flows/{hotline}/releases",
        "GET /api/v1/flows/{hotline}/stats",
        "GET /api/v1/flows/{hotline}/release",
        "PUT /api/v1/flows/{hotline}/acknowledgement",
        "GET /api/v1/alarms",
        "GET /api/v1/configuration",
        "POST /api/v1/configuration/versions",
        "GET /api/v1/configuration/versions",
        "GET /api/v1/configuration/versions/{n}",
        "GET /api/v1/configuration/versions/{n}/changes",
        "POST /api/v1/configuration/rollback",
        "PUT /api/v1/configuration/acknowledgement",
        "GET /api/v1/measures",
        "PUT /api/v1/schedules",
        "GET /api/v1/schedules",
        "GET /api/v1/schedules/publications",
        "GET /api/v1/live",
        "GET /api/v1/sites",
        "GET /api/v1/webphone",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    }


def test_every_operation_says_what_it_does_what_it_answers_and_how_it_refuses(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        (content,) = operation["responses"]["200"]["content"].values()
        if "schema" in content and "$ref" in content["schema"]:
            model = schemas[content["schema"]["$ref"].rpartition("/")[2]]
            shown = model.get("examples") or all("examples" in f or "const" in f for f in model["properties"].values())
            assert shown, f"{name}: no example of its answer"
        else:
            assert "example" in content, name
        for status, refusal in operation["responses"].items():
            if status.startswith(("4", "5")):
                assert refusal["content"]["application/json"]["schema"]["$ref"].endswith(("/ErrorBody", "/NotReady")), (
                    name
                )
        if "/api/" in name:
            open_to_all = name.endswith("/api/v1/sites")  # the sign-in page asks before anyone has signed in
            assert operation.get("security") == (None if open_to_all else [{"token": []}]), name
            assert "401" in operation["responses"], name


def test_every_field_and_parameter_is_described_and_durations_carry_their_unit(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if name not in ("Fact", "Sentence"):
                assert described.get("description"), f"{name}.{field}"
            if field.endswith("_ms") or field == "ms":
                assert "ms" in described["description"].split()[-1], f"{name}.{field}"
    for name, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{name} {parameter['name']}"


def test_references_all_lead_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(inner) for inner in part.values()))
        return set().union(*(references(inner) for inner in part)) if isinstance(part, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document["paths"]) | references(document["components"]) <= known


def test_examples_fit_their_models(document: dict[str, Any]) -> None:
    from cti.datacenter.configuration.schemas import (
        ConfigurationChangeList,
        ConfigurationHead,
        ConfigurationState,
        ConfigurationVersion,
        ConfigurationVersionList,
        SiteStanding,
    )
    from cti.datacenter.contacts.schemas import ContactDetail, ContactList, ContactSummary
    from cti.datacenter.customers.schemas import Customer
    from cti.datacenter.flow_stats.schemas import FlowStats
    from cti.datacenter.ingest.schemas import EXAMPLE_FACT, Acknowledgement
    from cti.datacenter.ingest.sorting import sort_out
    from cti.datacenter.live.schemas import EVENTS
    from cti.datacenter.measures.schemas import MeasureTable
    from cti.datacenter.policies.schemas import Policy
    from cti.datacenter.releases.schemas import PublishedVersion, Release, ReleaseList, ReleaseState, VersionList
    from cti.datacenter.schedules.schemas import (
        Schedule,
        ScheduleLineView,
        SchedulePublication,
        SchedulePublicationList,
    )
    from cti.datacenter.sites.schemas import SiteList, WebPhone

    scheduled = (Schedule, ScheduleLineView, SchedulePublication, SchedulePublicationList)
    published = (FlowStats, PublishedVersion, Release, ReleaseList, ReleaseState, VersionList)
    configured = (
        *(
            ConfigurationChangeList,
            ConfigurationHead,
            ConfigurationState,
            ConfigurationVersion,
            ConfigurationVersionList,
        ),
        SiteStanding,
    )
    for model in (
        *published,
        *configured,
        *scheduled,
        *EVENTS,
        ContactDetail,
        ContactList,
        ContactSummary,
        Customer,
        Acknowledgement,
        MeasureTable,
        Policy,
        SiteList,
        WebPhone,
    ):
        for example in document["components"]["schemas"][model.__name__]["examples"]:
            model.model_validate(example)
    assert sort_out("sh", [EXAMPLE_FACT]).rejected == []
