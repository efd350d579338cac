from __future__ import annotations

import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from cti.asterisk.pbx.installation import Installation
from cti.asterisk.pbx.launcher import Pbx
from cti.asterisk.pbx.render import plain, render, write
from cti.asterisk.pbx.runtime import Runtime
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import load_model
from cti.topology import Topology

MODULES = frozenset({"codec_opus_open_source.so"})


def rendered(installation: Installation, node: str = "sh1") -> dict[str, str]:
    return render(installation, node, MODULES, Path("/prompts"))


def section(text: str, header: str) -> str:
    """The lines of one section of a configuration file."""
    return text.split(f"{header}\n", 1)[1].split("\n[", 1)[0]


def test_each_agent_has_a_phone_and_a_browser_with_passwords_of_their_own(installation: Installation) -> None:
    pjsip = rendered(installation)["pjsip.conf"]
    assert "password = agents-password" in section(pjsip, "[1001](login)")
    assert "password = derived(sip:1001-web)" in section(pjsip, "[1001-web](login)")
    assert 'callerid = "王芳 Wang Fang" <1001>' in section(pjsip, "[1001](phone)")


def test_phones_register_at_one_node_of_a_site_and_the_others_know_the_way(installation: Installation) -> None:
    file = installation.topology_file.with_name("several-nodes.yaml")
    several = replace(installation, topology=load_model(file, Topology)[0], topology_file=file)
    sh1, sh2 = rendered(several, "sh1"), rendered(several, "sh2")
    assert "[1001](phone)" in sh1["pjsip.conf"]
    assert "[1001]" not in sh2["pjsip.conf"]
    assert "exten = 1001-web,1,Goto(seat,${EXTEN},1)" in sh1["seats.conf"]
    assert "1001" not in sh2["seats.conf"]
    assert "context = seats" in section(sh2["pjsip.conf"], "[node-sh1](trunk)")


def test_agents_of_another_site_are_not_known_here(installation: Installation) -> None:
    assert "2001" not in rendered(installation)["pjsip.conf"]


def test_carriers_and_other_nodes_are_known_by_their_addresses_only(installation: Installation) -> None:
    pjsip = rendered(installation)["pjsip.conf"]
    assert "match = 127.0.9.1" in section(pjsip, "[carrier-sh-address]")
    assert "match = 127.0.2.1" in section(pjsip, "[node-bj1-address]")
    assert "identify_by = ip" in section(pjsip, "[trunk](!,endpoint)")
    assert "node-sh1](" not in pjsip


def test_modules_that_this_asterisk_lacks_are_not_asked_for(installation: Installation) -> None:
    modules = rendered(installation)["modules.conf"]
    assert "load = codec_opus_open_source.so" in modules
    assert "codec_opus.so" not in modules
    assert "require = chan_pjsip.so" in modules


def test_no_template_language_is_left_in_what_is_rendered(installation: Installation) -> None:
    for name, text in rendered(installation).items():
        assert "{{" not in text, name
        assert "{%" not in text, name


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("王芳 Wang Fang", "王芳 Wang Fang"),
        ("O'Neil-Müller·A.", "O'Neil-Müller·A."),
        ('x" <1>\n[evil]\ntype=endpoint ;', "x 1 evil type endpoint"),
        ("${SHELL(id)}\\", "SHELL id"),
        ("a\x00b\x1b[31m\u202e", "a b 31m"),
    ],
)
def test_an_agents_name_cannot_say_anything_to_asterisk(hostile: str, harmless: str) -> None:
    assert plain(hostile) == harmless


def test_a_contact_keeps_its_id_whatever_the_topology_calls_its_node(installation: Installation) -> None:
    filters = [
        found
        for name, text in rendered(installation).items()
        for found in re.findall(r"(?:CTI_CONTACT|X-Hotline-Contact\))=\$\{FILTER\(([^,]+),", text)
    ]
    assert len(filters) == 6
    for kept in filters:
        assert re.fullmatch(f"[{kept}]+", "sh-north_1-1795466465.2"), kept


def test_an_unknown_name_in_a_template_is_found_with_its_line(installation: Installation, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(installation.templates, templates)
    (templates / "rtp.conf.j2").write_text("[general]\nrtpstart = {{ node.rtp_strat }}\n")
    with pytest.raises(ConfigError) as caught:
        rendered(replace(installation, templates=templates))
    assert caught.value.problems[0].code == "pbx.template"
    assert caught.value.problems[0].where == f"{templates}/rtp.conf.j2:2:1"
    assert "rtp_strat" in caught.value.problems[0].what.en


def test_a_template_that_cannot_be_read_is_found_with_its_line(installation: Installation, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(installation.templates, templates)
    (templates / "rtp.conf.j2").write_text("[general]\n\n{% if %}\n")
    with pytest.raises(ConfigError) as caught:
        rendered(replace(installation, templates=templates))
    assert caught.value.problems[0].where == f"{templates}/rtp.conf.j2:3:1"


def test_files_are_for_their_owner_only_and_written_once(installation: Installation) -> None:
    files = rendered(installation)
    assert write(installation, "sh1", files) == sorted(files)
    assert write(installation, "sh1", files) == []
    etc = installation.node_folder("sh1") / "etc"
    assert {stat.S_IMODE(path.stat().st_mode) for path in etc.iterdir()} == {0o600}
    assert stat.S_IMODE(installation.emergency_spool("sh").stat().st_mode) == 0o700


def test_configuration_that_is_no_longer_rendered_is_removed(installation: Installation) -> None:
    files = rendered(installation)
    write(installation, "sh1", files | {"old.conf": "x"})
    assert write(installation, "sh1", files) == ["old.conf"]
    assert not (installation.node_folder("sh1") / "etc" / "old.conf").exists()


def test_the_emergency_script_finds_its_libraries_beside_it(installation: Installation) -> None:
    write(installation, "sh1", rendered(installation))
    beside = installation.node_folder("sh1") / "agi-bin"
    assert (beside / "asterisk" / "agi.py").is_file()
    assert (beside / "six.py").is_file()
    assert stat.S_IMODE((beside / "emergency.py").stat().st_mode) == 0o700


def test_a_node_is_started_with_the_newer_topology_if_that_has_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.asterisk.pbx.launcher.render_prompts", lambda folder: folder)
    pbx = Pbx(installation, Runtime("asterisk", None, MODULES))
    old = installation.topology
    newer = old.model_copy(update={"sites": (old.sites[0].model_copy(update={"agents": ()}),)})
    for node in ("sh1", "bj1"):
        pbx.follow(node, replace(installation, topology=newer))
        pbx.render(node)
    assert "[1001]" not in (installation.node_folder("sh1") / "etc/pjsip.conf").read_text()
    assert "[2001]" in (installation.node_folder("bj1") / "etc/pjsip.conf").read_text(), "as before"


def test_the_names_of_contacts_and_offers_keep_all_their_letters(installation: Installation) -> None:
    filters = [part for text in rendered(installation).values() for part in text.split("FILTER(")[1:]]
    of_names = {part.partition(",")[0] for part in filters if "A-Z" in part.partition(",")[0]}
    assert of_names == {"-.A-Za-z0-9_"}  # a node, by whose name they begin, may be called sh_1
