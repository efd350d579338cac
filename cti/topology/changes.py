"""What differs between two topologies, in words, and which running parts take it only when they start again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cti.kit.errors import Text
from cti.topology.model import Agent, Carrier, Site, Topology

_SITE_PLACES: Final = ("host", "port", "agi_port")
_NODE_PLACES: Final = ("address", "sip_port", "ws_port", "ami_port", "rtp_start", "rtp_end")
UP: Final = "cti up"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `where` is `agent 1003`, `site gz`, `node sh1` …; `restart` names what takes it at its next start only, all
    others take it while they run."""

    where: str
    what: Text
    restart: tuple[str, ...] = ()


def differences(old: Topology, new: Topology) -> list[Change]:
    """In the order of: hotline, data center, sites with their nodes and carriers, agents."""
    return [*_center(old, new), *_sites(old, new), *_agents(old, new)]


def restarts_of(site: Site, changes: Sequence[Change]) -> tuple[str, ...]:
    """What of one site must start again to take all of the changes: its process, its nodes."""
    own = [f"site {site.name}", *(f"node {node.name}" for node in site.nodes)]
    return tuple(name for name in own if any(name in change.restart for change in changes))


def _center(old: Topology, new: Topology) -> Iterator[Change]:
    if old.hotline != new.hotline:
        everything = [f"site {site.name}" for site in new.sites]
        everything += [f"node {node.name}" for site in new.sites for node in site.nodes]
        yield _value("hotline", "number", "号码", old.hotline, new.hotline, (*everything, UP))
    if old.data_center != new.data_center:
        said = f"{old.data_center.url} → {new.data_center.url}"
        yield Change("data center", Text(
            f"{said}: changes nothing, for each machine's own file says where it is",
            f"{said}：不起作用，数据中心地址以各机器自己的拓扑文件为准"))  # fmt: skip


def _sites(old: Topology, new: Topology) -> Iterator[Change]:
    before, after = {s.name: s for s in old.sites}, {s.name: s for s in new.sites}
    for name, site in before.items():
        if name not in after:
            yield Change(f"site {name}", Text(f"removed{_content(site)}", f"已删除{_content(site)}"), (UP,))
    for name, site in after.items():
        if name not in before:
            yield Change(f"site {name}", Text(f"added{_content(site)}", f"新增{_content(site)}"), (UP,))
        else:
            yield from _site(before[name], site)


def _content(site: Site) -> str:
    return f" ({', '.join(node.name for node in site.nodes)}; {len(site.agents)} agents 坐席)"


def _site(old: Site, new: Site) -> Iterator[Change]:
    where = f"site {new.name}"
    if old.title != new.title:
        yield _value(where, "title", "名称", old.title, new.title)
    for place in _SITE_PLACES:
        if getattr(old, place) != getattr(new, place):
            yield _value(where, place, place, getattr(old, place), getattr(new, place), (where,))
    if old.standby != new.standby:
        word = (
            Text("now has a standby", "启用备用进程")
            if new.standby
            else Text("has no standby any more", "不再有备用进程")
        )
        yield Change(where, word, (UP,))
    yield from _nodes(old, new)
    carriers = {c.name: c for c in old.carriers}, {c.name: c for c in new.carriers}
    for name in _names(*carriers):
        yield from _carrier(f"carrier {name}", new.name, carriers[0].get(name), carriers[1].get(name))
    if [c.name for c in old.carriers][:1] != [c.name for c in new.carriers][:1]:
        first = [site.carriers[0].name if site.carriers else "-" for site in (old, new)]
        yield _value(where, "carrier for numbers outside", "外呼运营商", first[0], first[1])


def _nodes(old: Site, new: Site) -> Iterator[Change]:
    site, before, after = f"site {new.name}", {n.name: n for n in old.nodes}, {n.name: n for n in new.nodes}
    for name in _names(before, after):
        where, was, now = f"node {name}", before.get(name), after.get(name)
        if was is None or now is None:
            yield _came_or_went(where, new.name, gone=now is None, restart=(site, UP))
            continue
        for place in _NODE_PLACES:
            if getattr(was, place) != getattr(now, place):
                yield _value(where, place, place, getattr(was, place), getattr(now, place), (site, where))


def _carrier(where: str, site: str, old: Carrier | None, new: Carrier | None) -> Iterator[Change]:
    if old is None or new is None:
        yield _came_or_went(where, site, gone=new is None)
        return
    if old.addresses != new.addresses:
        yield _value(where, "addresses", "地址", " ".join(old.addresses), " ".join(new.addresses))
    if old.port != new.port:
        yield _value(where, "port", "端口", old.port, new.port)


def _agents(old: Topology, new: Topology) -> Iterator[Change]:
    """Those of sites that are in both: whoever came or went with a site is told there."""
    stayed = {s.name for s in old.sites} & {s.name for s in new.sites}
    before = {a.number: (s, a) for s in old.sites for a in s.agents}
    after = {a.number: (s, a) for s in new.sites for a in s.agents}
    for number in sorted({*before, *after}, key=lambda n: (len(n), n)):
        where, was, now = f"agent {number}", before.get(number), after.get(number)
        if was is not None and now is not None:
            places = [(site.name, site.node_of(number).name) for site, _ in (was, now)]
            if places[0][0] != places[1][0]:
                moved = places[0][0], places[1][0]
                yield Change(where, Text(f"moved from {moved[0]} to {moved[1]}", f"由 {moved[0]} 调到 {moved[1]}"))
            elif places[0][1] != places[1][1]:
                yield _value(where, "phone registers at", "话机注册节点", places[0][1], places[1][1])
            yield from _agent(where, was[1], now[1])
        elif now is not None and (name := now[0].name) in stayed:
            yield Change(where, Text(f"added at {name}: {_person(now[1])}", f"在 {name} 新增：{_person(now[1])}"))
        elif was is not None and (name := was[0].name) in stayed:
            yield Change(where, Text(f"removed from {name}", f"已从 {name} 删除"))


def _agent(where: str, old: Agent, new: Agent) -> Iterator[Change]:
    if old.name != new.name:
        yield _value(where, "name", "姓名", old.name, new.name)
    for skill in _names(old.skills, new.skills):
        was, now = old.skills.get(skill), new.skills.get(skill)
        if was is None:
            yield Change(where, Text(f"skill {skill} added ({now})", f"新增技能 {skill}（{now}）"))
        elif now is None:
            yield Change(where, Text(f"skill {skill} removed (was {was})", f"删除技能 {skill}（原为 {was}）"))
        elif was != now:
            yield _value(where, f"skill {skill}", f"技能 {skill}", was, now)
    if old.remote != new.remote:
        yield Change(
            where,
            Text("is remote now", "改为远程坐席") if new.remote else Text("is not remote any more", "不再是远程坐席"),
        )


def _person(agent: Agent) -> str:
    return f"{agent.name}, {', '.join(f'{skill} {level}' for skill, level in agent.skills.items())}"


def _names(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return [*before, *(name for name in after if name not in before)]


def _came_or_went(where: str, site: str, *, gone: bool, restart: tuple[str, ...] = ()) -> Change:
    text = Text(f"removed from {site}", f"已从 {site} 删除") if gone else Text(f"added at {site}", f"在 {site} 新增")
    return Change(where, text, restart)


def _value(where: str, en: str, zh: str, old: object, new: object, restart: tuple[str, ...] = ()) -> Change:
    said = " → ".join("-" if value in ("", None) else str(value) for value in (old, new))
    return Change(where, Text(f"{en} {said}", f"{zh} {said}"), restart)
