"""Every string shared with the dialplan. `tests/architecture` checks that each stands in `dialplan/`, and the reverse."""

from __future__ import annotations

from typing import Final

# Contexts
INBOUND: Final = "inbound"  # calls from carriers
WEBPHONE: Final = "webphone"  # calls from the console's web phone
AGENTS: Final = "agents"  # calls that an agent's own phone places
INTERSITE: Final = "intersite"  # calls from another site's node, to an agent granted to it
CALLBACK: Final = "callback"  # customers who are called back, once they have answered
VISIT: Final = "visit"  # where INTERSITE goes on, one extension for all agents
SEATS: Final = "seats"  # calls from another node of this site, to a phone that is registered here
SEAT: Final = "seat"  # where SEATS goes on, one extension for all phones
EMERGENCY: Final = "emergency"  # no site process answers
PROBE: Final = "probe"  # both ends of synthetic calls; also the endpoint with which a node calls itself
OFFER_HEADERS: Final = "offer-headers"  # pre-dial subroutine: puts the offer's headers on the INVITE
EACH: Final = "each"  # its extension for phones that ring together, each for its own offer

# Channel variables
CONTACT: Final = "CTI_CONTACT"  # the contact's id, set before the first AGI request, kept through every retry
DONE: Final = "CTI_DONE"  # "1" once the call was really finished; Asterisk reports SUCCESS even when the server died
HANGUP_CAUSE: Final = "CTI_HANGUP_CAUSE"  # Q.850 cause with which a finished call is hung up; empty: normal
OFFER: Final = "CTI_OFFER"  # the offer for which an inter-site call was placed
SITE: Final = "CTI_SITE"  # global: the site's name
NODE: Final = "CTI_NODE"  # global: the node's name
CONFIGURATION: Final = "CTI_CONFIGURATION"  # global: the digest of the configuration that the node has loaded
CALLER: Final = "CTI_CALLER"  # the dialplan's own: the caller's number, filtered
GIVE_UP: Final = "CTI_GIVE_UP"  # the dialplan's own: when to stop asking for a site process, in seconds of the epoch
HEARD: Final = "CTI_HEARD"  # the dialplan's own: the digit by which one end of a synthetic call hears the other
ASKED: Final = "CTI_ASKED"  # the dialplan's own: when the last request was sent

# FastAGI requests: agi://host:port/<path>,<contact>,<node>
AGI_CALL: Final = "call"  # a caller has arrived, or is back after a server died
AGI_CALLBACK: Final = "callback"  # a customer who was called back is on the line
AGI_VISIT: Final = "visit"  # another site's caller comes for a granted agent; third argument: the offer

# Synthetic calls. Their contacts begin so; no node's name has a point, so no caller's contact does.
PROBE_CONTACT: Final = "probe."
PROBE_CALLER: Final = "caller"  # extension of PROBE: the end that plays the customer
PROBE_AGENT: Final = "agent"  # extension of PROBE: the end that plays the agent

# SIP headers
HEADER_CONTACT: Final = "X-Hotline-Contact"
HEADER_OFFER: Final = "X-Hotline-Offer"
HEADER_CALLER: Final = "X-Hotline-Caller"  # web phone only: the number the caller says to have

# Endpoints
WEBPHONE_ENDPOINT: Final = "webphone"


def phone_endpoint(agent: str) -> str:
    """The PJSIP endpoint of an agent's SIP phone (UDP, plain RTP)."""
    return agent


def browser_endpoint(agent: str) -> str:
    """The PJSIP endpoint of an agent's browser (WebSocket, DTLS-SRTP)."""
    return f"{agent}-web"


def node_endpoint(node: str) -> str:
    """The PJSIP endpoint of another node, of this site or of another one."""
    return f"node-{node}"


def seat_address(endpoint: str, node: str) -> str:
    """What is dialed for an agent's phone or browser, which is registered at a node."""
    return f"PJSIP/{endpoint}@{node_endpoint(node)}"


def seen_from(node: str, address: str) -> str:
    """As `node` itself dials the address of a seat: what is registered there needs no way."""
    return address.removesuffix(f"@{node_endpoint(node)}")
