"""Turns the templates into one node's configuration. `render` decides what stands in each file; `write` writes it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import traceback
import unicodedata
from ipaddress import ip_address
from pathlib import Path

import jinja2

from cti.asterisk.pbx.installation import Installation
from cti.kit.errors import ConfigError, Problem, problem
from cti.topology import Node, Site, node_digest

EMERGENCY = Path(__file__).with_name("emergency.py")
SUFFIX = ".conf.j2"
# What emergency.py imports: copied beside it, since the Asterisk root knows nothing of our environment.
LIBRARIES = ("asterisk", "six")
FOLDERS = ("etc", "run", "log", "log/cel-custom", "spool", "lib", "lib/keys", "agi-bin")
# Asterisk's defaults are right, but it complains about the file's absence.
DEFAULTS = ("acl.conf", "ccss.conf", "pjproject.conf", "res_fax.conf", "stasis.conf", "udptl.conf")


def render(installation: Installation, name: str, modules: frozenset[str], emergency_prompts: Path) -> dict[str, str]:
    """File name → text of everything under the node's `etc`. Raises `ConfigError` naming the template and its line."""
    site, node = installation.topology.node(name)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([installation.templates, installation.dialplan]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 — not HTML; `plain` guards the one free text
    )
    environment.filters |= {"plain": plain, "host": bracketed}
    values = _values(installation, site, node) | {"modules": modules, "emergency_prompts": emergency_prompts}
    files = {"hosts": f"127.0.0.1 localhost\n::1 localhost\n{node.address} {node.name}\n"}
    files |= dict.fromkeys(DEFAULTS, "; the defaults are right\n")
    for folder in (installation.templates, installation.dialplan):
        for template in sorted(folder.glob(f"*{SUFFIX}")):
            try:
                files[template.name.removesuffix(".j2")] = environment.get_template(template.name).render(values)
            except jinja2.TemplateError as error:
                raise ConfigError(_template_problem(error, template)) from None
    return files


def _values(installation: Installation, site: Site, node: Node) -> dict[str, object]:
    return {
        "topology": installation.topology,
        "site": site,
        "node": node,
        "seats": [agent for agent in site.agents if site.node_of(agent.number) == node],
        "other_nodes": [n for s in installation.topology.sites for n in s.nodes if n != node],
        "agi_urls": [site.agi_url],
        "configuration": node_digest(installation.topology),
        "folder": installation.node_folder(node.name),
        "emergency_spool": installation.emergency_spool(site.name),
        "agent_password": installation.agent_password,
        "secret": installation.derive,
    }


def write(installation: Installation, name: str, files: dict[str, str]) -> list[str]:
    """Makes the node's folders and writes `files`, removing configuration that is no longer rendered.

    Gives the names of the files that changed. Everything is readable by its owner only: it holds passwords.
    """
    folder = installation.node_folder(name)
    site, _ = installation.topology.node(name)
    for path in (*(folder / sub for sub in FOLDERS), installation.emergency_spool(site.name)):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
    changed = replace(installation, name, files)
    for stale in set(folder.joinpath("etc").glob("*.conf")) - {folder / "etc" / file for file in files}:
        stale.unlink()
        changed.append(stale.name)
    _replace(folder / "agi-bin" / EMERGENCY.name, EMERGENCY.read_bytes(), 0o700)
    for library in LIBRARIES:
        _copy_library(library, folder / "agi-bin")
    return sorted(changed)


def replace(installation: Installation, name: str, files: dict[str, str]) -> list[str]:
    """Writes only these files of a node that exists, and gives the names of those that changed. Raises OSError."""
    etc = installation.node_folder(name) / "etc"
    return [file for file, text in files.items() if _replace(etc / file, text.encode(), 0o600)]


def _replace(path: Path, content: bytes, mode: int) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    partial = path.with_name(f".{path.name}")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    partial.rename(path)
    return True


def _copy_library(name: str, target: Path) -> None:
    found = importlib.util.find_spec(name)
    assert found and found.origin, f"{name} is a dependency of this package"
    origin = Path(found.origin)
    if found.submodule_search_locations:
        shutil.copytree(origin.parent, target / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(origin, target)


def plain(text: str) -> str:
    """A person's name as a configuration file may hold it: letters, marks, digits, spaces and a little punctuation.

    Quotes, brackets, semicolons, line ends and what else has a meaning to Asterisk become spaces.
    """
    kept = (c if unicodedata.category(c)[0] in "LMN" or c in "-.'·" else " " for c in text)
    return " ".join("".join(kept).split())


def bracketed(address: str) -> str:
    """An address as it stands before a port: IPv6 in brackets."""
    return f"[{address}]" if ip_address(address).version == 6 else address


def _template_problem(error: jinja2.TemplateError, template: Path) -> Problem:
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = f"{error.filename or template}:{error.lineno}:1"
    else:
        # Jinja maps its compiled code back: the last frame in a template is the culprit.
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
        where = f"{frames[-1].filename}:{frames[-1].lineno}:1" if frames else f"{template}:1:1"
    said = (error.message or type(error).__name__).rstrip(".")
    return problem(
        "pbx.template",
        where,
        f"The template cannot be rendered: {said}.",
        f"模板无法渲染：{said}。",
        "Correct the template: only the names set in cti/asterisk/pbx/render.py exist.",
        "请修正模板：只能使用 cti/asterisk/pbx/render.py 中给出的名称。",
    )
