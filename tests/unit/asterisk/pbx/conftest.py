from __future__ import annotations

from pathlib import Path

import pytest

from cti.asterisk.pbx.installation import Installation
from cti.kit.strict_yaml import load_model
from cti.topology import Topology

CHECKOUT = Path(__file__).parents[4]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """The demo's topology, with folders in a scratch place and passwords that can be recognized."""
    file = CHECKOUT / "asterisk_conf/topologies/demo.yaml"
    return Installation(
        topology=load_model(file, Topology)[0],
        topology_file=file,
        state=Path("/srv/hotline"),
        cache=tmp_path / "cache",
        templates=CHECKOUT / "asterisk_conf/templates",
        dialplan=CHECKOUT / "dialplan",
        node_folder=lambda node: tmp_path / "nodes" / node,
        site_folder=lambda site: tmp_path / "sites" / site,
        agent_password="agents-password",
        derive=lambda purpose: f"derived({purpose})",
    )
