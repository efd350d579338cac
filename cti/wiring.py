"""Builds each process top to bottom: the one place that knows all parts. Nothing here decides anything."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

from cti.agents.cases import CaseWork
from cti.agents.endpoint import agents_router
from cti.agents.hub import AgentHub
from cti.asterisk import dialplan
from cti.asterisk.agi import AgiServer
from cti.asterisk.entrance import CallEntrance
from cti.asterisk.follower import NodeFollower
from cti.asterisk.outbound import CarrierCalls
from cti.asterisk.phones import watch_phones
from cti.asterisk.recordings import SiteRecordings
from cti.asterisk.sounds import Sounds, render
from cti.asterisk.spool import EmergencySpool
from cti.business import BusinessHttp, DataCenterCases, DataCenterCustomers, shared_client
from cti.calls.callbacks import Callbacks
from cti.calls.directory import Directory
from cti.calls.dispatcher import Dispatcher
from cti.calls.editions import Edition, Editions
from cti.calls.emergency import watch_spool
from cti.calls.rules import rules_of
from cti.calls.services import Services
from cti.calls.site_watch import watch_site
from cti.datacenter import (
    DatabaseUnavailable,
    DataCenterConfig,
    InspectedBundle,
    NodeTitle,
    WebPhoneAccount,
    create_app,
    upgrade_database,
)
from cti.facts.kinds import ConfigApplied, SiteTakenOver
from cti.ivr import Hotline, load_hotline
from cti.journal import Lease, Relay, SqliteJournal
from cti.kit.clock import SystemClock
from cti.kit.errors import ConfigError
from cti.kit.logging import get_logger
from cti.kit.sealing import Seal
from cti.peers import PeerHub
from cti.peers.endpoint import peers_router
from cti.releases import ConfigurationFollower, ReleaseFollower, ReleaseStore, inspect
from cti.serving import serve
from cti.settings import CHECKOUT, Settings
from cti.site.explain import explain_router
from cti.site.probes import build_prober
from cti.site.topology import SiteTopology, choices, sip_uri, ws_url
from cti.site.web import create_site_app
from cti.topology import Site

log = get_logger(__name__)
DRAIN_SECONDS = 2.0  # for the last facts, when a process is asked to stop


def hotline_folder(settings: Settings) -> Path:
    return settings.flows / settings.topology.hotline


async def run_data_center(settings: Settings, listen: tuple[str, int] | None = None) -> None:
    """Serves the data center until cancelled, at the topology's address or, as one of several replicas, at one of its own."""
    topology, secrets = settings.afresh(as_installed=True).topology, settings.secrets

    def webphone(site: Site) -> WebPhoneAccount:
        node, user = site.nodes[0], dialplan.WEBPHONE_ENDPOINT
        return WebPhoneAccount(sip_uri(user, node), ws_url(node), user, secrets.derive(f"sip:{user}"))

    config = DataCenterConfig(
        database_url=settings.effective_database_url, topology=topology, ingest_token=secrets.derive("ingest"), webphone=webphone,
        console=CHECKOUT / "cti/console/dist", read_token=settings.read_token, samples=True, node_titles=_node_titles(settings),
        publish_token=secrets.derive("publish"), inspect_bundle=inspect_bundle, fact_months=settings.fact_months,
        listens_at=listen[0] if listen else None,
    )  # fmt: skip
    with suppress(DatabaseUnavailable):  # it starts without its database, and says so at /readyz
        await upgrade_database(config.database_url)
    host, port = listen or (topology.data_center.host, topology.data_center.port)
    app = create_app(config)
    gc.freeze()  # what is loaded now stays: it need not be looked at again with every few batches
    await serve(app, host, port, before_stop=app.state.end_streams)


async def run_site(settings: Settings, name: str) -> None:
    """Serves one site until cancelled, or stands by while another process does. Raises `HotlineError` when a file is wrong."""
    clock, store = SystemClock(), ReleaseStore(settings.releases(name))
    _editions(settings, store)  # what is wrong with files is said before anybody relies on this process
    async with AsyncExitStack() as stack:
        lease = Lease(settings.site_folder(name))
        stack.callback(lease.release)
        takeover = await lease.acquire()
        keeping = asyncio.create_task(lease.keep(), name="lease")
        stack.callback(keeping.cancel)
        settings = settings.afresh(taken_by=name)  # what the process before us took while we stood by
        secrets, editions = settings.secrets, _editions(settings, store)
        sounds = editions.current.sounds
        journal = await stack.enter_async_context(await SqliteJournal.open(settings.site_folder(name), name, clock))
        client = await stack.enter_async_context(shared_client(settings.ca_file))
        topology = SiteTopology(settings, name, journal)
        site, links, hotline = topology.site, topology.links, topology.topology.hotline
        data_center, token = topology.topology.data_center.url, secrets.derive("ingest")
        relay = Relay(journal, data_center, name, token, client, clock)
        relaying = asyncio.create_task(relay.run(), name="relay")  # not with the others: it tells how they ended
        stack.callback(relaying.cancel)
        stack.push_async_callback(relay.drain, DRAIN_SECONDS)
        case_work = CaseWork(journal, clock, DataCenterCases(client, data_center, token), hotline, topology.is_agent)
        desks = AgentHub(topology.desktops(editions.current.hotline), clock, case_work)
        peers = topology.peer_hub(secrets.derive("peers"))
        dispatcher = Dispatcher(
            name,
            journal,
            clock,
            desks,
            peers,
            lambda agent: topology.phone_address(agent, desks.device(agent)),
            journal.last_seq,  # each offer was a fact or more
        )
        desks.attach(dispatcher)
        peers.attach(dispatcher)
        topology.attach(desks, peers)
        outbound = CarrierCalls(links, topology.trunk, hotline)
        callbacks = Callbacks(dispatcher, journal, clock, outbound)
        services = Services(
            site=name, editions=editions, dispatcher=dispatcher, journal=journal, clock=clock,
            http=BusinessHttp(client, data_center, token),
            customers=DataCenterCustomers(client, data_center, token), offer_headers=offer_headers,
            flow_variables={"data_center": data_center}, recordings=SiteRecordings(settings.recordings(name)),
            seal=Seal(secrets.derive("position")), trunk=topology.trunk, call_back=callbacks.request,
        )  # fmt: skip
        callbacks.attach(services)

        async def make(hotline: Hotline) -> Edition:
            await asyncio.to_thread(
                render, hotline, settings.prompts, lambda line: log.info("prompts.progress", said=line), settings.engine
            )
            return _edition(settings, hotline)

        async def taken(edition: Edition) -> None:
            desks.config = replace(desks.config, **choices(edition.hotline))
            dispatcher.configure(rules_of(edition.hotline))
            await journal.record(ConfigApplied(what="hotline", digest=edition.version))

        follower = ReleaseFollower(client, data_center, token, name, hotline, store, editions, make, taken)
        configuration = ConfigurationFollower(client, data_center, token, name, topology)
        directory = Directory(services, callbacks)
        await directory.load()
        await directory.nodes_known(links)
        prober = build_prober(services, links, journal, settings.probe_seconds)
        entrance = CallEntrance(directory, links, sounds.fallback, _playable, prober.serve)
        server = AgiServer(site.host, site.agi_port, entrance.accept)
        app = create_site_app(
            [agents_router(desks), peers_router(peers), explain_router(dispatcher, secrets.derive("operations"))],
            missing=lambda: (
                [f"node {n}" for n, link in links.items() if not link.up] + editions.current.sounds.missing()
            ),
            figures=lambda: _figures(directory, callbacks, dispatcher, desks, peers, journal, relay, topology),
            queues=lambda: _queue_figures(dispatcher),
            probes=prober.figures,
        )
        await stack.enter_async_context(server)
        # Before the server ends its calls: they go on without us, and nothing that their ending here implies is true.
        stack.push_async_callback(callbacks.close)
        stack.push_async_callback(dispatcher.close)

        async def leave(kind: type[BaseException] | None, *_: object) -> None:
            if kind is asyncio.CancelledError and lease.has_standby():  # an error of ours is to be seen
                relaying.cancel()  # the journal is closed under it
                await _hand_over(lease, callbacks, dispatcher, journal)

        stack.push_async_exit(leave)
        journal.record(SiteTakenOver(reason=takeover.reason, ms=round(takeover.seconds * 1000)))
        topology.say()
        if not await follower.resume():
            await taken(editions.current)
        async with asyncio.TaskGroup() as tasks:
            for link in links.values():
                tasks.create_task(link.run())
                tasks.create_task(NodeFollower(link, directory, dispatcher, journal, entrance).run())
            tasks.create_task(follower.run())
            tasks.create_task(configuration.run())
            tasks.create_task(_prune(journal, settings.journal_days))
            tasks.create_task(watch_spool(EmergencySpool(settings.pbx.emergency_spool(name)), services, callbacks))
            tasks.create_task(watch_phones(dispatcher, links, topology.node_of))
            tasks.create_task(watch_site(
                dispatcher, editions, clock, lambda: any(link.up for link in links.values()),
                lambda: {node for node, link in links.items() if link.gone}, topology.agents_at, directory.node_lost,
            ))  # fmt: skip
            tasks.create_task(prober.run())
            tasks.create_task(desks.run())
            tasks.create_task(peers.run())
            tasks.create_task(serve(app, site.host, site.port, in_a_hurry=lease.has_standby))


async def _hand_over(lease: Lease, callbacks: Callbacks, dispatcher: Dispatcher, journal: SqliteJournal) -> None:
    """With a standby waiting nothing has to be ended: the standby takes up all that is here, as it would after a death."""
    await callbacks.close()
    await dispatcher.close()
    await journal.close()
    log.info("site.handed_over")
    lease.release()
    os._exit(0)


def inspect_bundle(bundle: bytes) -> InspectedBundle:
    """Checks a published bundle as sites will. Raises `ConfigError`."""
    hotline = inspect(bundle)
    titles = {node: _zh_en(hotline, node) for node in hotline.nodes}
    return InspectedBundle(hotline.number, hotline.name, hotline.version, titles)


def _node_titles(settings: Settings) -> dict[tuple[str, str], NodeTitle]:
    """Of the installed files, for calls of a version that was never published. Files that someone is editing stop nobody."""
    try:
        hotline = load_hotline(hotline_folder(settings))
    except ConfigError as error:
        log.warning("hotline.files_broken", reason=str(error))
        return {}
    return {(hotline.name, node): NodeTitle(*_zh_en(hotline, node)) for node in hotline.nodes}


def _edition(settings: Settings, hotline: Hotline) -> Edition:
    return Edition(hotline, Sounds(hotline, settings.prompts, settings.engine))


def _editions(settings: Settings, store: ReleaseStore) -> Editions:
    """What calls meet until the data center has been asked: the release that this site took last, else the installed files."""

    def find(version: str) -> Edition | None:
        try:
            return _edition(settings, store.load(version)) if store.has(version) else None
        except ConfigError as error:
            log.error("release.spoiled", version=version, reason=str(error))
            return None

    release = store.remembered()
    current = find(release.version) if release else None
    return Editions(current or _edition(settings, load_hotline(hotline_folder(settings))), find)


def offer_headers(contact: str, offer: str) -> Mapping[str, str]:
    """What the agent's phone is told about the call."""
    return {dialplan.HEADER_CONTACT: contact, dialplan.HEADER_OFFER: offer}


def _zh_en(hotline: Hotline, node: str) -> tuple[str, str]:
    title = hotline.title(node)
    return title.zh, title.en


def _playable(sound: str) -> bool:
    """Whether Asterisk will find it: our own sounds are files, any other is one of those that it ships."""
    return not sound.startswith("/") or Path(f"{sound}.wav").is_file()


async def _prune(journal: SqliteJournal, days: float) -> None:
    """Deletes what the data center has had for long, now and every hour."""
    while True:
        await journal.prune(days)
        await asyncio.sleep(3600)


def _queue_figures(dispatcher: Dispatcher) -> dict[str, dict[str, float]]:
    """By figure and queue. What is unknown is left out."""
    shown: dict[str, dict[str, float]] = {}
    for queue, figures in dispatcher.visits.summary().queues.items():
        for name, value in (
            ("queue_waiting", figures.waiting), ("queue_longest_wait_seconds", figures.longest_wait),
            ("queue_expected_wait_seconds", figures.ewt), ("queue_expected_wait_error_seconds", figures.ewt_error),
            ("queue_service_level_percent", figures.service_level), ("queue_agents", figures.staffed),
            ("queue_agents_free", figures.free),
        ):  # fmt: skip
            if value is not None:
                shown.setdefault(name, {})[queue] = value
    return shown


def _figures(
    directory: Directory, callbacks: Callbacks, dispatcher: Dispatcher, desks: AgentHub, peers: PeerHub, journal: SqliteJournal,
    relay: Relay, topology: SiteTopology,
) -> dict[str, float]:  # fmt: skip
    figures = journal.figures()
    return {
        "calls": directory.live,
        "contacts_waiting": len(dispatcher.acd.waiting),
        "callbacks_waiting": callbacks.waiting,
        "agents_logged_in": sum(a.logged_in for a in dispatcher.acd.agents.values()),
        "agents_free": sum(a.logged_in and a.assignable for a in dispatcher.acd.agents.values()),
        "desktops": desks.connected,
        "peers_up": len(peers.connected),
        "nodes_up": sum(link.up for link in topology.links.values()),
        "configuration_version": topology.configuration.n,
        "facts_last_seq": figures.last_seq,
        "facts_unacknowledged": figures.last_seq - figures.acknowledged,
        "facts_oldest_unacknowledged_seconds": relay.figures().oldest_seconds,
        "facts_buffered": figures.buffered,
        "facts_lost": figures.lost,
        "facts_unreadable": figures.unreadable,
        "journal_degraded": figures.degraded,
        "journal_segments": figures.segments,
        "journal_bytes": figures.bytes,
    }
