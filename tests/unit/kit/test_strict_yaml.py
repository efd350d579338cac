"""What is no good YAML is told with its place, whatever it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

READ = """
import sys
from cti.kit.errors import ConfigError
from cti.kit.strict_yaml import parse

try:
    parse(sys.argv[1] * 200_000, "x.yaml")
except ConfigError as error:
    print(*(problem.code for problem in error.problems))
"""


@pytest.mark.parametrize("piece", ["[", "{", "- ", "? ", "[{", "{[: "])
def test_a_file_without_a_bottom_does_not_end_the_process(piece: str) -> None:
    done = subprocess.run([sys.executable, "-c", READ, piece], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()) in ((0, ["yaml.too_deep"]), (0, ["yaml.syntax"]))
