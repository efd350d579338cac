"""What stands where: sites, nodes, trunks, agents. Read from `asterisk_conf/topologies/*.yaml`; pure data."""

from cti.topology.model import Agent, Carrier, Node, Site, Topology

__all__ = ["Agent", "Carrier", "Node", "Site", "Topology"]
