from __future__ import annotations

import pytest

from cti.datacenter import create_app
from cti.datacenter.database import parse_url
from cti.datacenter.numbers import national
from cti.kit.errors import ConfigError
from cti.topology import Topology
from tests.datacenter import READ_TOKEN, demo_topology, make_config

SQLITE = "sqlite+aiosqlite:////nonexistent/never-opened.db"


def everywhere() -> Topology:
    topology = demo_topology()
    return topology.model_copy(update={"data_center": topology.data_center.model_copy(update={"host": "0.0.0.0"})})


def test_without_a_read_token_it_refuses_to_serve_beyond_this_machine() -> None:
    with pytest.raises(ConfigError, match=r"datacenter\.open_to_all"):
        create_app(make_config(SQLITE, topology=everywhere()))
    create_app(make_config(SQLITE, topology=everywhere(), read_token=READ_TOKEN))


@pytest.mark.parametrize("change", [{"ingest_token": ""}, {"ingest_token": "short"}, {"read_token": "short"}])
def test_a_token_that_can_be_guessed_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"datacenter\.weak_token"):
        create_app(make_config(SQLITE, **change))


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://root:hunter2@host/db", "postgresql://u:hunter2@h/d", "sqlite:///x"]
)
def test_an_unusable_database_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"datacenter\.database_url") as caught:
        parse_url(url)
    assert "hunter2" not in str(caught.value)


def test_a_config_does_not_print_its_secrets() -> None:
    shown = repr(make_config("postgresql+asyncpg://u:hunter2@h/d", read_token=READ_TOKEN))
    assert "hunter2" not in shown
    assert "token" not in shown


@pytest.mark.parametrize(
    ("called", "stored"),
    [
        ("13800138000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        (" 8613800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("+862162345678", "02162345678"),
        ("00862162345678", "02162345678"),
        ("02162345678", "02162345678"),
        ("95500", "95500"),
        ("+441632960961", "441632960961"),
        ("", ""),
    ],
)
def test_a_number_is_looked_up_as_it_is_dialed_within_the_country(called: str, stored: str) -> None:
    assert national(called) == stored
