"""The alert rules that come with Hotline speak of figures that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parent.parent.parent
RULES = yaml.safe_load((CHECKOUT / "docker/prometheus-alerts.yaml").read_text())["groups"][0]["rules"]
SOURCE = "\n".join(path.read_text() for path in (CHECKOUT / "cti").rglob("*.py") if "node_modules" not in path.parts)
METRICS = sorted({name for rule in RULES for name in re.findall(r"hotline_\w+", rule["expr"])})


@pytest.mark.parametrize("metric", METRICS)
def test_each_figure_of_the_alert_rules_is_shown_by_a_process(metric: str) -> None:
    name = metric.removeprefix("hotline_").removeprefix("datacenter_")
    assert re.search(rf'"{name}"|}}_{name}"', SOURCE)


def test_each_alert_says_in_both_languages_what_it_means() -> None:
    for rule in RULES:
        assert re.search(r"[一-鿿]", rule["annotations"]["summary"]), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
