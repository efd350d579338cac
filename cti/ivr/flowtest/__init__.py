"""Tests of flows: written beside the flow as tests.yaml, run on the interpreter that serves callers, without a telephone. Pure."""

from cti.ivr.flowtest.coverage import Coverage
from cti.ivr.flowtest.expectations import Course, Finding, findings
from cti.ivr.flowtest.model import FlowTest, FlowTestFile, read_tests
from cti.ivr.flowtest.run import Report, run_test, run_tests

__all__ = [
    "Course",
    "Coverage",
    "Finding",
    "FlowTest",
    "FlowTestFile",
    "Report",
    "findings",
    "read_tests",
    "run_test",
    "run_tests",
]
