"""Python and the dialplan must mean the same strings: each one in cti/asterisk/dialplan.py stands in dialplan/, and the reverse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cti.asterisk import dialplan

CHECKOUT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((CHECKOUT / "dialplan").glob("*.j2"))
SIP_TEMPLATE = (CHECKOUT / "asterisk_conf/templates/pjsip.conf.j2").read_text()
DIALPLAN = "\n".join(path.read_text() for path in TEMPLATES)
SHARED = {name: value for name, value in vars(dialplan).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", SHARED)
def test_each_shared_string_stands_in_the_dialplan_or_the_sip_configuration(name: str) -> None:
    assert re.search(rf"(?<![\w-]){re.escape(SHARED[name])}(?![\w-])", DIALPLAN + SIP_TEMPLATE)


def test_each_context_of_the_dialplan_is_known_to_python() -> None:
    contexts = set(re.findall(r"^\[([\w-]+)\]", DIALPLAN, re.MULTILINE)) - {"general", "globals"}
    assert contexts <= set(SHARED.values())


def test_each_channel_variable_of_ours_in_the_dialplan_is_known_to_python() -> None:
    assert set(re.findall(r"CTI_\w+", DIALPLAN)) <= set(SHARED.values())


def test_each_header_of_ours_in_the_dialplan_is_known_to_python() -> None:
    assert set(re.findall(r"X-Hotline-\w+", DIALPLAN)) <= set(SHARED.values())


def test_each_context_of_a_sip_endpoint_exists_in_the_dialplan() -> None:
    for context in re.findall(r"^context = (\S+)", SIP_TEMPLATE, re.MULTILINE):
        assert f"[{context}]" in DIALPLAN


def test_python_names_the_endpoints_that_the_sip_configuration_makes() -> None:
    assert "[{{ agent.number }}](phone)" in SIP_TEMPLATE
    assert dialplan.phone_endpoint("1001") == "1001"
    assert "[{{ agent.number }}-web](browser)" in SIP_TEMPLATE
    assert dialplan.browser_endpoint("1001") == "1001-web"
    assert "[node-{{ other.name }}](trunk)" in SIP_TEMPLATE
    assert dialplan.node_endpoint("bj1") == "node-bj1"


def test_nothing_that_came_from_outside_is_dialed_or_matched_by_a_pattern() -> None:
    assert re.findall(r"Dial\(([^,]*)", DIALPLAN) == ["PJSIP/${EXTEN}"], (
        "only [seat], which [seats] reaches phone by phone, dials"
    )
    patterns = re.findall(r"^exten = (_\S+?),", DIALPLAN, re.MULTILINE)
    assert patterns == ["_X!", "_probe[.]!", "_X!"], (
        "[visit] and [seat] are reached from listed extensions, [probe] by the node itself"
    )
