"""Where agents register when a site has several nodes."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import ValidationError

from cti.topology import Site


def site(nodes: int, **agents: str) -> Site:
    return Site.model_validate({
        "name": "sh", "host": "127.0.0.1",
        "nodes": [{"name": f"sh{i + 1}", "address": f"127.0.0.{i + 1}"} for i in range(nodes)],
        "agents": [{"number": n, "name": "A", "skills": {"x": 1}, "node": node} for n, node in agents.items()],
    })  # fmt: skip


NUMBERS = [str(1000 + i) for i in range(900)]


def test_agents_are_spread_evenly_over_the_nodes() -> None:
    each = Counter(site(3).node_of(number).name for number in NUMBERS)
    assert set(each) == {"sh1", "sh2", "sh3"}
    assert all(250 <= count <= 350 for count in each.values())


def test_a_node_more_moves_only_those_whom_it_takes_over() -> None:
    before, after = site(3), site(4)
    moved = [n for n in NUMBERS if before.node_of(n).name != after.node_of(n).name]
    assert {after.node_of(number).name for number in moved} == {"sh4"}
    assert len(moved) < 300


def test_an_agent_is_at_the_node_that_the_topology_names() -> None:
    assert {site(3, **{"1001": name}).node_of("1001").name for name in ("sh1", "sh2", "sh3")} == {"sh1", "sh2", "sh3"}


def test_an_agent_at_a_node_that_the_site_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="agent 1001 is at node bj1, which site sh does not have"):
        site(2, **{"1001": "bj1"})
