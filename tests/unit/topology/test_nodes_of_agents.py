"""Where agents register when a site has several nodes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cti.topology import Site


def site(**agents: str | None) -> Site:
    return Site.model_validate({
        "name": "sh", "host": "127.0.0.1",
        "nodes": [{"name": f"sh{i}", "address": f"127.0.0.{i}"} for i in (1, 2)],
        "agents": [{"number": n, "name": "A", "skills": {"x": 1}, "node": node} for n, node in agents.items()],
    })  # fmt: skip


def test_an_agent_is_at_the_node_that_the_topology_names_else_at_the_first() -> None:
    found = site(**{"1001": "sh1", "1002": "sh2", "1003": None})
    assert [found.node_of(number).name for number in ("1001", "1002", "1003")] == ["sh1", "sh2", "sh1"]


def test_an_agent_at_a_node_that_the_site_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="agent 1001 is at node bj1, which site sh does not have"):
        site(**{"1001": "bj1"})
