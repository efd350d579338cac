"""`cti simulate`: the center on virtual time. Many seeds, one report, or the comparison with theory."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cti.kit.errors import ConfigError, problem
from cti.kit.strict_yaml import load_model
from cti.simulation import Outcome, Scenario, simulate
from cti.simulation.randomness import Measured
from cti.simulation.reference import reference_rows
from cti.simulation.report import report
from cti.simulation.scenarios import BUILT_IN


def add_simulate_command(app: typer.Typer) -> None:
    """Adds `simulate`."""

    @app.command(
        "simulate", epilog="Examples: cti simulate --seeds 200   |   cti simulate --scenario day --report day.html"
    )
    def simulate_command(
        scenario: Annotated[
            str, typer.Option("--scenario", help="faults, storm, day, or a YAML file; see docs/simulation.md.")
        ] = "faults",
        seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many runs.")] = 1,
        first: Annotated[
            int, typer.Option("--first", min=0, help="The first seed; `--first 17` alone replays run 17.")
        ] = 1,
        arrivals: Annotated[
            Path | None, typer.Option("--arrivals", help="CSV of real calls: time, site, queue.")
        ] = None,
        handling: Annotated[
            Path | None, typer.Option("--handling", help="CSV whose first column is seconds of handling.")
        ] = None,
        reference: Annotated[bool, typer.Option("--reference", help="Compares with Erlang C and A instead.")] = False,
        scale: Annotated[
            float, typer.Option("--scale", min=0.01, help="Of the reference: longer or shorter runs.")
        ] = 1.0,
        page: Annotated[Path | None, typer.Option("--report", help="Writes the last run as an HTML page.")] = None,
        jobs: Annotated[int, typer.Option("--jobs", min=1, help="Runs at the same time.")] = os.cpu_count() or 1,
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Runs the real sessions, router and links on virtual time, and checks at every step what must never happen."""
        if reference:
            raise typer.Exit(_reference(first, scale, as_json))
        chosen = _scenario(scenario, arrivals, handling)
        broken, last = 0, None
        for done, last in enumerate(_runs(chosen, range(first, first + seeds), jobs), 1):
            broken += bool(last.violations)
            if as_json:
                print(json.dumps(last.as_json(), ensure_ascii=False), flush=True)
            else:
                _tell(last, scenario, done, seeds)
        if page is not None and last is not None:
            page.write_text(report(last), encoding="utf-8")
        if not as_json:
            print(f"{seeds} runs 次仿真, {broken} with violations 有违例")
        raise typer.Exit(1 if broken else 0)


def _runs(scenario: Scenario, seeds: range, jobs: int) -> Iterator[Outcome]:
    """In the order of the seeds."""
    if jobs == 1 or len(seeds) == 1:
        for seed in seeds:
            yield simulate(scenario, seed, progress=_progress if len(seeds) == 1 else None)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(
            _one, ((scenario, seed) for seed in seeds), chunksize=max(1, min(8, len(seeds) // (4 * jobs)))
        )


def _one(what: tuple[Scenario, int]) -> Outcome:
    return simulate(*what)


def _progress(simulated: float, calls: int) -> None:
    if int(simulated) % 3600 == 0:
        print(f"\r{simulated / 3600:.0f} h simulated 已仿真, {calls} calls 来电", end="", file=sys.stderr, flush=True)


def _tell(outcome: Outcome, scenario: str, done: int, of: int) -> None:
    if of > 1 and not outcome.violations:
        print(f"\r{done}/{of} seeds 种子", end="" if done < of else "\n", file=sys.stderr, flush=True)
        return
    print()
    for violation in outcome.violations:
        print(f"  {violation}")
    if outcome.violations:
        print(f"  replay 重现: cti simulate --scenario {scenario} --first {outcome.seed}")
    if of == 1:
        print(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2))


def _reference(seed: int, scale: float, as_json: bool) -> int:
    missed = 0
    for row in reference_rows(seed, scale, lambda line: print(line, file=sys.stderr, flush=True)):
        missed += not row.within
        if as_json:
            print(json.dumps(row.as_json(), ensure_ascii=False), flush=True)
        else:
            low, high = row.as_json()["interval"]
            print(f"  {row.measure:<18} theory 理论 {row.theory:.4f}  simulated 仿真 {row.simulated:.4f}  [{low:.4f}, {high:.4f}]"
                  f"  {'✓' if row.within else '✗'}", flush=True)  # fmt: skip
    return 1 if missed else 0


def _scenario(name: str, arrivals: Path | None, handling: Path | None) -> Scenario:
    chosen = BUILT_IN[name]() if name in BUILT_IN else load_model(Path(name), Scenario)[0]
    if handling is not None:
        values = Measured(values=tuple(float(row[0]) for row in _rows(handling, 1) if _is_number(row[0])))
        queues = tuple(queue.model_copy(update={"handling": values}) for queue in chosen.queues)
        chosen = chosen.model_copy(update={"queues": queues})
    if arrivals is not None:
        calls = tuple(_calls(arrivals))
        last = calls[-1][0] if calls else chosen.seconds
        chosen = Scenario.model_validate({**chosen.model_dump(), "calls": calls, "seconds": max(last, 1.0)})
    return chosen


def _calls(path: Path) -> Iterator[tuple[float, str, str]]:
    """Times are seconds from the start, or moments in ISO 8601, of which the first is the start."""
    start: datetime | None = None
    for row in _rows(path, 3):
        at = row[0].strip()
        if _is_number(at):
            yield float(at), row[1].strip(), row[2].strip()
            continue
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            continue  # the heading
        start = start or moment
        yield (moment - start).total_seconds(), row[1].strip(), row[2].strip()


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), 1):
                if len(row) < columns:
                    raise ConfigError(problem(
                        "simulate.bad_csv", f"{path}:{number}:1", f"This line has {len(row)} columns; {columns} are needed.",
                        f"此行有 {len(row)} 列，需要 {columns} 列。", "Correct or remove the line.", "请更正或删除此行。"))  # fmt: skip
                yield row
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(problem(
            "simulate.unreadable", str(path), f"Cannot be read: {error}.", f"无法读取：{error}。", "Check path and encoding (UTF-8).",
            "请检查路径与编码（UTF-8）。")) from None  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
