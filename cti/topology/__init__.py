"""What stands where: sites, nodes, trunks, agents. Read from `asterisk_conf/topologies/*.yaml` or published; pure data."""

from cti.topology.changes import Change, differences, restarts_of
from cti.topology.document import digest_of, document_of, node_digest
from cti.topology.model import Agent, Carrier, DataCenter, Node, Site, Topology

__all__ = [
    "Agent", "Carrier", "Change", "DataCenter", "Node", "Site", "Topology", "differences", "digest_of", "document_of", "node_digest",
    "restarts_of",
]  # fmt: skip
