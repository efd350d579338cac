"""One fault each, and the finding expected: its code and its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti.ivr import load_hotline
from cti.kit.errors import ConfigError, Problem
from tests.unit.ivr.conftest import FLOW, PROMPTS, QUEUES, WriteHotline

T = "title: {zh: 题, en: T}"
GOOD = f"""
hello: {{kind: play, {T}, prompts: [hi], next: menu}}
menu: {{kind: menu, {T}, prompts: [what], keys: {{1: people, 2: bye}}, repeat: 9, failed: bye}}
people: {{kind: queue, {T}, queue: people, timeout: bye}}
bye: {{kind: hang_up, {T}}}
"""
HTTP = f"hello: {{kind: http, {T}, url: %s, next: bye, failed: bye}}\nbye: {{kind: hang_up, {T}}}"


def problems(write: WriteHotline, nodes: str = GOOD, **files: str) -> list[Problem]:
    with pytest.raises(ConfigError) as raised:
        load_hotline(write(nodes, **files))
    return list(raised.value.problems)


def test_good_hotline_passes(write_hotline: WriteHotline) -> None:
    hotline = load_hotline(write_hotline(GOOD))
    assert (hotline.number, hotline.name, hotline.language, hotline.start) == ("1", "small", "zh", "hello")
    assert hotline.title("menu").zh == "题"
    assert hotline.title("nowhere").en == "nowhere"


def test_version_follows_every_file(write_hotline: WriteHotline) -> None:
    versions = {
        load_hotline(write_hotline(GOOD, **files)).version
        for files in ({}, {"prompts": PROMPTS + "x: {zh: 零}\n"}, {"queues": QUEUES + "# so\n"}, {})
    }
    assert len(versions) == 3


# nodes, code, the text in flow.yaml at which the finding points, part of the hint
FAULTS = [
    (GOOD.replace("kind: play", "kind: plays"), "flow.unknown_kind", "kind: plays", "Did you mean play?"),
    (GOOD.replace("kind: play, ", ""), "flow.unknown_kind", "hello: {", "Choose one of"),
    (GOOD.replace("next: menu", "next: menus"), "flow.unknown_node", "next: menus", "Did you mean menu?"),
    (GOOD.replace("1: people", "1: poeple"), "flow.unknown_node", "1: poeple", "Did you mean people?"),
    (GOOD.replace("[hi]", "[hy]"), "flow.unknown_prompt", "hy]", "Choose one of: hi, what."),
    (GOOD.replace("[hi]", "[{digits: calle}]"), "flow.unknown_variable", "digits", "Did you mean caller?"),
    (GOOD.replace("[hi]", "[{spell: caller}]"), "config.invalid", "{spell", "Correct"),
    (GOOD.replace("queue: people", "queue: peple"), "flow.unknown_queue", "queue: peple", "Did you mean people?"),
    (GOOD.replace("{1: people", "{A: people"), "flow.bad_key", "A: people", "0 to 9"),
    (GOOD.replace("{1: people", "{10: people"), "flow.bad_key", "10: people", "0 to 9"),
    (GOOD.replace("repeat: 9", "repeat: 99"), "flow.bad_key", "repeat: 99", "0 to 9"),
    (GOOD.replace("repeat: 9", "repeat: 1"), "flow.key_twice", "repeat: 1", "another key"),
    (GOOD.replace("1: people, ", ""), "flow.menu_without_choice", "keys: {", "two keys"),
    (GOOD.replace("next: menu", "next: bye"), "flow.unreachable", "menu: {", "Lead another node"),
    (GOOD.replace("next: menu", "next: menu, nxt: menu"), "config.unknown_key", "nxt: menu", "spelling"),
    (GOOD.replace(", next: menu", ""), "config.missing_key", "hello: {", "Add it."),
    (GOOD.replace("[hi]", "hi"), "config.invalid", "prompts: hi", "Correct"),
    (GOOD.replace("[hi]", "[]"), "config.invalid", "prompts: []", "Correct"),
    (GOOD.replace("[hi]", "[7]"), "config.invalid", "7]", "Correct"),
    (GOOD + f"lost: {{kind: hang_up, {T}}}", "flow.unreachable", "lost: {", "delete it"),
    (HTTP % "ftp://a.b/", "flow.bad_url", "url: ", "https://"),
    (HTTP % '"http://{caller}/"', "flow.bad_url", "url: ", "fixed host"),
    (HTTP % '"http://a.b@evil/"', "flow.bad_url", "url: ", "fixed host"),
    (HTTP % '"{data_center}.evil/"', "flow.bad_url", "url: ", "fixed host"),
    (HTTP % '"http://a.b/{calle}"', "flow.unknown_variable", "url: ", "Did you mean caller?"),
    (HTTP % '"http://a.b/{Caller}"', "flow.bad_template", "url: ", "lower-case"),
    (HTTP % "http://a.b/, answers: {4x4: bye}", "flow.bad_status", "4x4: bye", "three digits"),
    (HTTP % "http://a.b/, save: {caller: a}", "flow.variable_reserved", "caller: a", "another name"),
]


@pytest.mark.parametrize(("nodes", "code", "at", "hint"), FAULTS, ids=[f"{n}-{f[1]}" for n, f in enumerate(FAULTS)])
def test_each_fault_is_found_alone_and_where_it_is(
    write_hotline: WriteHotline, tmp_path: Path, nodes: str, code: str, at: str, hint: str
) -> None:
    found = problems(write_hotline, nodes)
    assert {p.code for p in found} == {code}
    before = (tmp_path / "flow.yaml").read_text(encoding="utf-8").partition(at)[0]
    place = f"{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"
    assert {p.where for p in found} == {f"{tmp_path}/flow.yaml:{place}"}
    assert hint in found[0].mend.en
    assert found[0].what.zh != found[0].what.en


END = f"bye: {{kind: hang_up, {T}}}"
SECRET = (
    f"hello: {{kind: secure_collect, {T}, prompts: [what], variable: pin, max_digits: 6, next: use, failed: bye}}\n"
)
BRANCH = f"hello: {{kind: branch, {T}, cases: [%s], otherwise: bye}}\n{END}"


@pytest.mark.parametrize(
    "use",
    [
        "kind: http, url: 'https://a.b/{pin}', next: bye, failed: bye",
        "kind: http, url: 'http://a.b/', body: {p: 'x{pin}'}, next: bye, failed: bye",
        "kind: sms, text: {zh: '密码 {pin}'}, next: bye, failed: bye",
        "kind: callback, queue: people, number: pin, next: bye, failed: bye",
        "kind: play, prompts: [{digits: pin}], next: bye",
        "kind: transfer, number: '{pin}', failed: bye",
    ],
)
def test_a_secret_that_would_be_written_down_is_found(write_hotline: WriteHotline, use: str) -> None:
    direct = f"{SECRET}use: {{{T}, {use}}}\n{END}"
    worked_out = SECRET.replace("next: use", "next: copy") + (
        f"copy: {{kind: set, {T}, values: {{half: pin, other: half}}, next: use, failed: bye}}\n"
        f"use: {{{T}, {use.replace('pin', 'other')}}}\n{END}"
    )
    for nodes in (direct, worked_out):
        (found,) = problems(write_hotline, nodes)
        assert found.code == "flow.secret_leaks"


@pytest.mark.parametrize("url", ["https://a.b/", "{data_center}/x"])
def test_a_secret_may_be_sent_in_a_body_that_is_safe(write_hotline: WriteHotline, url: str) -> None:
    load_hotline(
        write_hotline(
            f"{SECRET}use: {{kind: http, {T}, url: '{url}', body: {{p: '{{pin}}'}}, next: bye, failed: bye}}\n{END}"
        )
    )


@pytest.mark.parametrize(
    "cases",
    [
        "{when: {variable: caller, one_of: [a, b]}, next: bye}, {when: {variable: caller, equals: a}, next: bye}",
        "{when: {variable: caller, starts_with: ['1']}, next: bye}, {when: {variable: caller, one_of: ['12', '13']}, next: bye}",
        "{when: {variable: caller, starts_with: ['1']}, next: bye}, {when: {variable: caller, starts_with: ['138']}, next: bye}",
        "{when: {variable: caller, present: true}, next: bye}, {when: {variable: caller, equals: a}, next: bye}",
        "{when: {variable: caller, present: true}, next: bye}, {when: {variable: caller, starts_with: ['1']}, next: bye}",
    ],
)
def test_a_case_that_is_never_taken_is_found(write_hotline: WriteHotline, cases: str) -> None:
    assert [p.code for p in problems(write_hotline, BRANCH % cases)] == ["flow.case_shadowed"]
    first, second = cases.split("}, {when")
    load_hotline(write_hotline(BRANCH % f"{{when{second}, {first}}}"))


SAME = "'caller == \"x\"'"
BEFORE = (
    "{variable: caller, equals: a}",
    "{variable: caller, one_of: [b, c]}",
    "{variable: caller, starts_with: ['13']}",
    SAME,
)


@pytest.mark.parametrize(
    ("last", "shadowed"),
    [
        ("{variable: caller, one_of: [a, b, '138']}", True),
        ("{variable: caller, one_of: [a, b, d]}", False),
        ("{variable: caller, starts_with: ['139']}", True),
        ("{variable: caller, starts_with: ['139', '14']}", False),
        ("{variable: caller, present: true}", False),
        ("{variable: called, equals: a}", False),
        (SAME, True),
    ],
)
def test_cases_that_together_take_all_callers_of_a_later_one_are_found(
    write_hotline: WriteHotline, last: str, shadowed: bool
) -> None:
    folder = write_hotline(BRANCH % ", ".join(f"{{when: {when}, next: bye}}" for when in (*BEFORE, last)))
    if not shadowed:
        load_hotline(folder)
        return
    with pytest.raises(ConfigError) as raised:
        load_hotline(folder)
    assert [p.code for p in raised.value.problems] == ["flow.case_shadowed"]


BYE = f"\nbye: {{kind: hang_up, {T}}}"
COLLECT = f"hello: {{kind: collect, {T}, prompts: [what], variable: %s, next: bye, failed: bye}}" + BYE
MENU = f"menu: {{kind: menu, {T}, prompts: [what], keys: {{1: hello, 2: bye}}, failed: hello}}" + BYE


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        (f"hello: {{kind: play, {T}, prompts: [hi], next: hello}}", "flow.endless_loop"),
        (f"hello: {{kind: play, {T}, prompts: [hi], next: menu}}\n{MENU}", "flow.endless_loop"),
        (COLLECT % "number, min_digits: 3, max_digits: 2", "flow.digits_reversed"),
        (COLLECT % "language, max_digits: 2", "flow.variable_reserved"),
        (
            f"hello: {{kind: branch, {T}, cases: [{{when: {{variable: caller}}, next: bye}}], otherwise: bye}}{BYE}",
            "flow.condition_tests",
        ),
        (f"hello: {{kind: language, {T}, language: en, next: bye}}{BYE}", "flow.unknown_language"),
        (
            GOOD
            + f"a: {{kind: play, {T}, prompts: [hi], next: b}}\nb: {{kind: queue, {T}, queue: people, timeout: a}}",
            "flow.unreachable",
        ),
    ],
)
def test_fault_brings_no_other_complaint(write_hotline: WriteHotline, nodes: str, code: str) -> None:
    assert [p.code for p in problems(write_hotline, nodes)] == [code]


def test_loop_that_callers_choose_is_no_fault(write_hotline: WriteHotline) -> None:
    load_hotline(write_hotline(GOOD.replace("2: bye", "2: hello")))


def test_missing_start_is_found(write_hotline: WriteHotline) -> None:
    found = problems(write_hotline, flow=FLOW.replace("start: hello", "start: helo"))
    assert [(p.code, p.where.rpartition("/")[2]) for p in found] == [("flow.unknown_node", "flow.yaml:4:1")]


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("queues", QUEUES.replace("general: 1", "Car Claims: 1"), "config.invalid"),
        ("queues", QUEUES.replace("general: 1", "general: 101"), "config.invalid"),
        ("queues", QUEUES.replace("skills: {general: 1}", "skills: {}"), "config.invalid"),
        (
            "queues",
            QUEUES.replace("code: done, zh: 完成, en: Done}", "code: a, zh: a, en: a}, {code: a, zh: b, en: b}"),
            "config.invalid",
        ),
        (
            "queues",
            QUEUES.replace("1}}", "1}, comfort: {prompt: wait, every_seconds: 20}}"),
            "flow.unknown_prompt",
        ),
        ("prompts", PROMPTS.replace("您好", "……"), "config.invalid"),
        ("prompts", PROMPTS + "x: {zh: 零, en: zero}\n", "flow.unknown_language"),
        ("prompts", PROMPTS + "x: {}\n", "flow.prompt_untranslated"),
        ("prompts", PROMPTS + "hi: {zh: 好}\n", "yaml.duplicate_key"),
    ],
)
def test_faults_of_queues_and_prompts(write_hotline: WriteHotline, file: str, text: str, code: str) -> None:
    found = problems(write_hotline, **{file: text})
    assert [p.code for p in found] == [code]
    assert f"{file}.yaml:" in found[0].where


def test_all_problems_of_all_files_are_told_at_once(write_hotline: WriteHotline) -> None:
    nodes = GOOD.replace("kind: play", "kind: plays").replace("queue: people", "queue: zzz").replace("[what]", "[wat]")
    found = problems(write_hotline, nodes, prompts=PROMPTS + "x: {en: zero}\n")
    assert {p.code for p in found} == {
        "flow.unknown_kind", "flow.unknown_queue", "flow.unknown_prompt", "flow.unknown_language", "flow.prompt_untranslated",
    }  # fmt: skip


def test_one_unreadable_file_brings_no_complaints_about_the_others(write_hotline: WriteHotline) -> None:
    found = problems(write_hotline, prompts="hi: [\n")
    assert [p.code for p in found] == ["yaml.syntax"]


def test_missing_files_are_told_each(write_hotline: WriteHotline) -> None:
    folder = write_hotline(GOOD)
    for name in ("queues.yaml", "prompts.yaml"):
        (folder / name).unlink()
    with pytest.raises(ConfigError) as raised:
        load_hotline(folder)
    assert [p.code for p in raised.value.problems] == ["file.unreadable"] * 2


def test_recording_stands_for_a_missing_text_and_a_stray_one_is_told(write_hotline: WriteHotline) -> None:
    folder = write_hotline(GOOD, prompts=PROMPTS.replace("hi: {zh: 您好}", "hi: {}"))
    (folder / "prompts/zh").mkdir(parents=True)
    (folder / "prompts/zh/hi.wav").write_bytes(b"RIFF")
    with_recording = load_hotline(folder)
    assert [ref.id for ref in with_recording.recordings] == ["hi"]
    (folder / "prompts/zh/hi.wav").write_bytes(b"RIFF2")
    assert load_hotline(folder).version != with_recording.version
    (folder / "prompts/zh/hy.wav").write_bytes(b"RIFF")
    with pytest.raises(ConfigError) as raised:
        load_hotline(folder)
    assert [p.code for p in raised.value.problems] == ["flow.recording_unused"]
    assert "hi, what" in raised.value.problems[0].mend.en


HTTP_SAVE = f"hello: {{kind: http, {T}, url: 'https://a.b/', save: {{status: x}}, next: %s, failed: %s}}\n"
SAY = f"say: {{kind: play, {T}, prompts: [hi, {{digits: status}}], next: bye}}\n"


@pytest.mark.parametrize(
    ("nodes", "path"),
    [
        (HTTP_SAVE % ("bye", "say") + SAY + END, "hello → say"),
        (
            HTTP_SAVE % ("say", "ask") + SAY + f"ask: {{kind: play, {T}, prompts: [what], next: say}}\n" + END,
            "hello → ask → say",
        ),
        (COLLECT.replace("failed: bye", "failed: say") % "status, max_digits: 3" + f"\n{SAY}", "hello → say"),
    ],
)
def test_a_variable_that_some_path_does_not_set_is_found_with_the_path(
    write_hotline: WriteHotline, nodes: str, path: str
) -> None:
    (found,) = problems(write_hotline, nodes)
    assert (found.code, path in found.what.en) == ("flow.unset_variable", True)


@pytest.mark.parametrize(
    "nodes",
    [
        HTTP_SAVE % ("say", "bye") + SAY + END,
        HTTP_SAVE % ("ask", "ask")
        + f"ask: {{kind: branch, {T}, cases: [{{when: {{variable: status, present: true}}, next: say}}], otherwise: bye}}\n"
        + SAY + END,
    ],
)  # fmt: skip
def test_a_variable_that_every_path_sets_or_asks_for_is_no_fault(write_hotline: WriteHotline, nodes: str) -> None:
    load_hotline(write_hotline(nodes))
