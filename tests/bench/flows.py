"""How long it takes to check hotlines of 400 and 4,000 nodes, beside a bare YAML parser on the same bytes; and 1,000 flow tests.

`.venv/bin/python tests/bench/flows.py`; the last line is one JSON object.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cti.ivr import load_hotline
from tests.unit.ivr.flowtest.speed import seconds_of

RUNS = 7
TITLE = "title: {zh: 节点, en: Node}"
ROUND = 8  # nodes per repetition


def write(folder: Path, nodes: int) -> Path:
    """A hotline of mixed kinds, in a long chain of menus with what hangs on each."""
    lines = ['hotline: "1"', "name: large", "languages: [zh, en]", "start: menu_0", "nodes:"]
    prompts = ["wrong: {zh: 有误。, en: Wrong.}", "none: {zh: 没有按键。, en: No key.}"]
    for n in range(nodes // ROUND):
        last = n + 1 >= nodes // ROUND
        following = "end_0" if last else f"menu_{n + 1}"
        prompts += [f"menu_{n}: {{zh: 请选择 {n}。, en: Choose {n}.}}", f"ask_{n}: {{zh: 请输入 {n}。, en: Type {n}.}}"]
        lines += [
            (
                f"  menu_{n}: {{kind: menu, {TITLE}, prompts: [menu_{n}], keys: {{1: collect_{n}, 2: hours_{n}, 3: {following}}},"
                f" repeat: 9, invalid: [wrong], silence: [none], failed: {following}}}"
            ),
            (
                f"  collect_{n}: {{kind: collect, {TITLE}, prompts: [ask_{n}], variable: number_{n}, max_digits: 12,"
                f" invalid: [wrong], silence: [none], next: ask_{n}, failed: end_{n}}}"
            ),
            (
                f'  ask_{n}: {{kind: http, {TITLE}, url: "{{data_center}}/api/{{number_{n}}}", save: {{state.s{n}: status}},'
                f" answers: {{404: end_{n}}}, next: branch_{n}, failed: end_{n}}}"
            ),
            (
                f"  branch_{n}: {{kind: branch, {TITLE}, cases: [{{when: {{variable: state.s{n}, equals: ok}}, next: say_{n}}},"
                f" {{when: 'number_{n}.startsWith(\"8\")', next: say_{n}}}], otherwise: end_{n}}}"
            ),
            f"  say_{n}: {{kind: play, {TITLE}, prompts: [ask_{n}], next: queue_{n}}}",
            f"  queue_{n}: {{kind: queue, {TITLE}, queue: people, timeout: end_{n}}}",
            f"  hours_{n}: {{kind: hours, {TITLE}, calendar: always, open: queue_{n}, closed: end_{n}}}",
            f"  end_{n}: {{kind: hang_up, {TITLE}}}",
        ]
    (folder / "flow.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "prompts.yaml").write_text("\n".join(prompts) + "\n", encoding="utf-8")
    (folder / "calendars.yaml").write_text('always: {time_zone: Asia/Shanghai, weekly: {mon-sun: ["00:00-24:00"]}}\n')
    (folder / "queues.yaml").write_text(
        "queues: {people: {title: {zh: 人工, en: People}, skills: {general: 1}}}\n"
        "wrap_up_codes: [{code: done, zh: 完成, en: Done}]\nbreak_reasons: [{code: rest, zh: 小休, en: Rest}]\n",
        encoding="utf-8",
    )
    return folder


def median_ms(work: Callable[[], object]) -> float:
    """Milliseconds, the middle of several runs. The first, in which expressions are compiled for the first time, counts like any."""
    times = []
    for _ in range(RUNS):
        gc.collect()
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def first_ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    figures: dict[str, float] = {}
    for nodes in (400, 4000):
        with tempfile.TemporaryDirectory() as scratch:
            folder = write(Path(scratch), nodes)
            texts = [path.read_bytes() for path in sorted(folder.glob("*.yaml"))]

            def check(folder: Path = folder, nodes: int = nodes) -> None:
                assert len(load_hotline(folder).nodes) == nodes

            def reference(texts: list[bytes] = texts) -> None:
                for text in texts:
                    yaml.load(text, yaml.CSafeLoader)

            cold = first_ms(check)
            figures |= {
                f"check_{nodes}_ms": round(median_ms(check), 1),
                f"check_{nodes}_first_ms": round(cold, 1),
                f"yaml_{nodes}_ms": round(median_ms(reference), 1),
            }
        ratio = figures[f"check_{nodes}_ms"] / figures[f"yaml_{nodes}_ms"]
        figures[f"ratio_{nodes}"] = round(ratio, 2)
        print(f"{nodes:5} nodes: check {figures[f'check_{nodes}_ms']:8.1f} ms (first {cold:8.1f} ms), bare YAML "
              f"{figures[f'yaml_{nodes}_ms']:8.1f} ms, {ratio:.2f} times")  # fmt: skip
    figures["tests_1000_s"] = round(seconds_of(1000), 3)
    print(f"1,000 flow tests: {figures['tests_1000_s']:.3f} s")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
