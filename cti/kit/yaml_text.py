"""Plain data as YAML that `strict_yaml` reads back as the same data."""

from __future__ import annotations

from typing import Any

import yaml

from cti.kit.strict_yaml import SURPRISING


class _Dumper(yaml.SafeDumper):
    """No aliases; what readers could take for something else is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if SURPRISING.match(text) else None)


_Dumper.add_representer(str, _text)


def dump(data: Any) -> str:
    """In the order of the data; short lists and mappings on one line."""
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=130)
    return text
