"""`cti flow test`: runs the tests that stand beside a flow, without a telephone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cti.ivr import Hotline, load_hotline
from cti.ivr.flowtest import Finding, FlowTestFile, Report, read_tests, run_tests
from cti.kit.errors import ConfigError, Problem, Text, problem
from cti.kit.strict_yaml import Document, parse, read
from cti.settings import Settings

TESTS = "tests.yaml"
FAILED, BAD_INPUT = 1, 2  # exit statuses


@dataclass(frozen=True, slots=True)
class HotlineTested:
    """One hotline, its tests, and what came of them."""

    hotline: Hotline
    file: FlowTestFile
    document: Document
    report: Report

    @property
    def covered_enough(self) -> bool:
        return self.report.coverage.percent >= self.file.coverage

    @property
    def ok(self) -> bool:
        return not self.report.failed and self.covered_enough

    def problems(self) -> list[Problem]:
        """Every failure, at the line of the expectation."""
        found = [
            _failure(self.document, self.file, index, finding)
            for index, findings in self.report.failed.items()
            for finding in findings
        ]
        if not self.covered_enough:
            percent, missing = self.report.coverage.percent, ", ".join(self.report.coverage.uncovered)
            found.append(problem(
                "flow_test.coverage", self.document.where(("coverage",)),
                f"The tests take {percent:.2f} % of the branches, and {self.file.coverage:g} % is asked for. Not taken: {missing}.",
                f"测试覆盖了 {percent:.2f}% 的分支，要求 {self.file.coverage:g}%。未覆盖：{missing}。",
                "Add a test that takes them.", "请补充经过这些分支的测试。"))  # fmt: skip
        return found


def add_test_command(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Adds `test` to the commands of `cti flow`."""

    @app.command("test", epilog="Example: cti flow test ivr_flows/95500")
    def test(
        folder: Annotated[Path | None, typer.Argument(help="A hotline's folder; without it, all with tests")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        """Runs tests.yaml of hotlines. Exit status 1 if a test fails or too few branches are taken, 2 if a file is wrong."""
        try:
            all_tested = [run_folder(each) for each in _folders(folder, settings)]
        except ConfigError as error:
            if not as_json:
                raise
            print(json.dumps({"problems": [_problem_json(p) for p in error.problems]}, ensure_ascii=False, indent=2))
            raise typer.Exit(BAD_INPUT) from None
        if as_json:
            print(json.dumps({"hotlines": [_json(one) for one in all_tested]}, ensure_ascii=False, indent=2))
        else:
            for tested in all_tested:
                _print(tested)
        raise typer.Exit(0 if all(tested.ok for tested in all_tested) else FAILED)


def run_folder(folder: Path) -> HotlineTested:
    """Runs the tests in one hotline's folder. Raises `ConfigError` when a file of the hotline or its tests is wrong."""
    hotline = load_hotline(folder)
    document = parse(read(folder / TESTS), str(folder / TESTS))
    file = read_tests(document, hotline)
    return HotlineTested(hotline, file, document, run_tests(hotline, file.tests))


def _folders(folder: Path | None, settings: Callable[[], Settings]) -> list[Path]:
    if folder is not None:
        return [folder]
    flows = settings().flows
    if folders := sorted(path.parent for path in flows.glob(f"*/{TESTS}")):
        return folders
    raise ConfigError(problem(
        "flow_test.none", str(flows), f"No hotline here has a {TESTS}.", f"此目录下没有任何热线带有 {TESTS}。",
        "Write one beside flow.yaml; docs/flow-tests.md shows how.", "请在 flow.yaml 旁编写，参见 docs/flow-tests.md。",
    ))  # fmt: skip


def _failure(document: Document, file: FlowTestFile, index: int, finding: Finding) -> Problem:
    name, expected, happened = file.tests[index].name, finding.expected, finding.happened
    return problem(
        finding.code, document.where(("tests", index, *finding.place)),
        f"{name}: expected {expected.en}; what happened: {happened.en}.",
        f"{name}：预期 {expected.zh}；实际 {happened.zh}。",
        "Correct the flow, or the test.", "请更正流程或测试。")  # fmt: skip


def _print(tested: HotlineTested) -> None:
    for one in tested.problems():
        print(f"{one.render('en')}\n{one.render('zh')}")
    hotline, report = tested.hotline, tested.report
    coverage, failed = report.coverage, len(report.failed)
    print(
        f"{hotline.number} {hotline.name} {hotline.version}: {report.tests} tests, {failed} failed; branches "
        f"{coverage.covered}/{coverage.total} = {coverage.percent:.2f} %  "
        f"{report.tests} 个测试，失败 {failed} 个；分支覆盖率 {coverage.percent:.2f}%"
    )
    if coverage.uncovered and tested.covered_enough:
        print(f"  not taken 未覆盖: {', '.join(coverage.uncovered)}")


def _json(tested: HotlineTested) -> dict[str, Any]:
    coverage = tested.report.coverage
    return {
        "number": tested.hotline.number,
        "name": tested.hotline.name,
        "version": tested.hotline.version,
        "ok": tested.ok,
        "tests": tested.report.tests,
        "failed": [tested.file.tests[index].name for index in tested.report.failed],
        "problems": [_problem_json(p) for p in tested.problems()],
        "coverage": {
            "covered": coverage.covered,
            "total": coverage.total,
            "percent": round(coverage.percent, 2),
            "threshold": tested.file.coverage,
            "uncovered": list(coverage.uncovered),
        },
    }


def _problem_json(found: Problem) -> dict[str, Any]:
    def sentences(text: Text) -> dict[str, str]:
        return {"en": text.en, "zh": text.zh}

    return {"code": found.code, "where": found.where, "what": sentences(found.what), "mend": sentences(found.mend)}
