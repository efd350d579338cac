"""PURE: every measure, computed from counted parts. Parts of several intervals or queues are added up first, so a total is the measure of
the whole and never a mean of means.

A part is an integer: a number of things, or milliseconds. Five kinds of things are counted, and each can be told apart by its own
dimensions: stays in queues, agents' work on contacts, contacts, agents' time by the clock, and the time that is scheduled for them.
`docs/measures.md` says what counts where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Parts = Mapping[str, int]
Value = int | float | None  # None where there is nothing to divide by
MAXIMA: Final = frozenset({"longest_wait_ms"})  # parts of which the highest counts, not the sum


class Dimension(StrEnum):
    """By what figures can be told apart, besides time."""

    QUEUE = "queue"
    SITE = "site"
    AGENT = "agent"
    FLOW = "flow"
    REASON = "reason"  # why an agent takes no contacts


class Source(StrEnum):
    """What is counted."""

    STAYS = "stays"  # a customer's wait in a queue; at the site where the contact arrived
    WORK = "work"  # an offer to an agent and what came of it; at the agent's site
    CONTACTS = "contacts"  # at the site where they arrived
    CLOCK = "clock"  # an agent's time; at the agent's site
    SCHEDULE = "schedule"  # an agent's scheduled time, and what became of it; at the site that it was scheduled for


BY: Final[Mapping[Source, frozenset[Dimension]]] = {
    Source.STAYS: frozenset({Dimension.QUEUE, Dimension.SITE, Dimension.FLOW}),
    Source.WORK: frozenset({Dimension.QUEUE, Dimension.SITE, Dimension.AGENT, Dimension.FLOW}),
    Source.CONTACTS: frozenset({Dimension.SITE, Dimension.FLOW}),
    Source.CLOCK: frozenset({Dimension.SITE, Dimension.AGENT, Dimension.REASON}),
    Source.SCHEDULE: frozenset({Dimension.SITE, Dimension.AGENT}),
}


class Unit(StrEnum):
    """What a number is."""

    COUNT = "count"
    MS = "ms"
    SHARE = "share"  # 0 to 1
    SCORE = "score"  # 1 to 5


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, with its formula as people read it."""

    id: str
    source: Source
    unit: Unit
    en: str
    zh: str
    formula_en: str
    formula_zh: str
    of: Callable[[Parts], Value]


def _count(
    part: str, source: Source, en: str, zh: str, formula_en: str, formula_zh: str, unit: Unit = Unit.COUNT
) -> Measure:
    """A part as it is."""
    return Measure(part, source, unit, en, zh, formula_en, formula_zh, lambda parts: parts.get(part, 0))


def _ratio(
    id_: str, source: Source, unit: Unit, names: tuple[str, str], formulas: tuple[str, str],
    over: Callable[[Parts], int], under: Callable[[Parts], int],
) -> Measure:  # fmt: skip
    def of(parts: Parts) -> Value:
        whole = under(parts)
        if whole <= 0:
            return None
        return round(over(parts) / whole) if unit is Unit.MS else over(parts) / whole

    return Measure(id_, source, unit, *names, *formulas, of)


def _sum(*parts: str) -> Callable[[Parts], int]:
    return lambda counted: sum(counted.get(part, 0) for part in parts)


def _less(whole: str, part: str) -> Callable[[Parts], int]:
    return lambda counted: counted.get(whole, 0) - counted.get(part, 0)


_S, _W, _C, _T, _P = Source.STAYS, Source.WORK, Source.CONTACTS, Source.CLOCK, Source.SCHEDULE
_HANDLING: Final = ("talking_ms", "held_ms", "wrap_up_ms")

_STAYS: Final = (
    _count("offered", _S, "offered", "进入排队", "waits that did not go on elsewhere", "排队次数（转回呼或返回原队列的不重复计）"),
    _count("answered", _S, "answered", "接通", "offered, connected to an agent", "进入排队并接通坐席"),
    _count("abandoned", _S, "abandoned", "放弃", "offered, the customer left while waiting; not short",
           "客户在等待中离开，不含短时放弃"),
    _count("short_abandoned", _S, "short abandons", "短时放弃", "left before the short threshold", "未到短时阈值即离开"),
    _count("timed_out", _S, "timed out", "等待超时", "the queue's longest wait passed", "超过队列最长等待时间"),
    _count("overflowed", _S, "overflowed", "溢出", "answered at another site, or served through another queue",
           "由其他中心接通，或转由其他队列服务"),
    _count("left_by_key", _S, "left by key", "按键离开", "left by a key, neither back nor called back",
           "按键离开队列，未返回也未预约回呼"),
    _count("lost", _S, "lost", "丢失", "the contact ended without a word about the wait", "联络已结束但排队无结果"),
    _count("waiting", _S, "waiting", "等待中", "offered, still waiting", "仍在等待"),
    _count("answered_elsewhere", _S, "answered elsewhere", "异地接通", "of answered: by an agent of another site",
           "接通中由其他中心坐席接听的"),
    _count("callbacks_requested", _S, "callbacks requested", "预约回呼", "waits that went on as a callback",
           "转为回呼继续排队的等待"),
    _count("callbacks_served", _S, "callbacks served", "回呼接通", "of answered: callbacks", "接通中的回呼"),
    _ratio("service_level", _S, Unit.SHARE, ("service level", "服务水平"),
           ("answered ≤ T / (offered − short abandons)", "T 内接通 / (进入排队 − 短时放弃)"),
           _sum("answered_in_time"), _less("offered", "short_abandoned")),
    _ratio("service_level_asterisk", _S, Unit.SHARE, ("service level, Asterisk", "服务水平（Asterisk）"),
           ("answered ≤ T / answered", "T 内接通 / 接通"), _sum("answered_in_time"), _sum("answered")),
    _ratio("service_level_2_asterisk", _S, Unit.SHARE, ("service level 2, Asterisk", "服务水平 2（Asterisk）"),
           ("(answered ≤ T + abandoned ≤ T) / (answered + abandoned), short abandons included",
            "(T 内接通 + T 内放弃) / (接通 + 放弃)，含短时放弃"),
           _sum("answered_in_time", "abandoned_in_time"), _sum("answered", "abandoned", "short_abandoned")),
    _ratio("service_level_amazon", _S, Unit.SHARE, ("service level, Amazon", "服务水平（Amazon）"),
           ("left the queue ≤ T by answer, abandon or callback / queued; callbacks themselves are not queued",
            "T 内因接通、放弃或预约回呼离队 / 进入队列；回呼本身不计"),
           _sum("left_in_time"), _sum("queued")),
    _ratio("asa_ms", _S, Unit.MS, ("ASA", "平均应答速度"),
           ("wait of answered (queue + ring) / answered", "接通者的等待（排队 + 振铃） / 接通"),
           _sum("answered_wait_ms"), _sum("answered")),
    _ratio("abandonment_rate", _S, Unit.SHARE, ("abandonment rate", "放弃率"),
           ("abandoned (not short) / (offered − short abandons)", "放弃（不含短时） / (进入排队 − 短时放弃)"),
           _sum("abandoned"), _less("offered", "short_abandoned")),
    _ratio("abandoned_wait_ms", _S, Unit.MS, ("mean wait of abandoned", "放弃者平均等待"),
           ("wait of abandoned / abandoned (not short)", "放弃者的等待 / 放弃（不含短时）"),
           _sum("abandoned_waits_ms"), _sum("abandoned")),
    _count("longest_wait_ms", _S, "longest wait", "最长等待", "the longest wait that ended", "已结束等待中的最长者", Unit.MS),
)  # fmt: skip

_WORK: Final = (
    _count("offers", _W, "offers", "派发", "attempts to bring a contact to an agent", "向坐席派发的次数"),
    _count("handled", _W, "handled", "处理", "offers that became a conversation", "派发后接通的次数"),
    _count("rona", _W, "RONA", "无人应答", "the phone rang and nobody answered", "振铃无人应答"),
    _count("declined", _W, "declined", "拒接", "the agent refused", "坐席拒接"),
    _count("failed", _W, "failed offers", "派发失败", "the phone could not be reached", "话机不可达"),
    _ratio("aht_ms", _W, Unit.MS, ("AHT", "平均处理时长"),
           ("(talk + hold + wrap-up) / handled", "(通话 + 保持 + 话后) / 处理"),
           _sum("handled_talk_ms", "handled_hold_ms", "handled_wrap_up_ms"), _sum("handled")),
    _ratio("mean_talk_ms", _W, Unit.MS, ("mean talk", "平均通话"), ("talk without hold / handled", "通话（不含保持） / 处理"),
           _sum("handled_talk_ms"), _sum("handled")),
    _ratio("mean_hold_ms", _W, Unit.MS, ("mean hold", "平均保持"), ("hold / handled", "保持 / 处理"),
           _sum("handled_hold_ms"), _sum("handled")),
    _ratio("mean_wrap_up_ms", _W, Unit.MS, ("mean wrap-up", "平均话后"), ("wrap-up / handled", "话后 / 处理"),
           _sum("handled_wrap_up_ms"), _sum("handled")),
    _count("survey_answers", _W, "survey answers", "评分数", "scores that customers gave", "客户给出的评分"),
    _ratio("csat", _W, Unit.SHARE, ("CSAT", "满意度"), ("scores of 4 or 5 / scores", "4 分和 5 分 / 评分数"),
           _sum("survey_satisfied"), _sum("survey_answers")),
    _ratio("survey_score", _W, Unit.SCORE, ("mean score", "平均分"), ("sum of scores / scores", "评分之和 / 评分数"),
           _sum("survey_sum"), _sum("survey_answers")),
)  # fmt: skip

_CONTACTS: Final = (
    _count("contacts", _C, "contacts", "联络", "contacts that arrived, callbacks not counted", "呼入联络，不含回呼"),
    _count("entered_flow", _C, "entered the flow", "进入流程", "contacts that a flow answered", "由流程应答的联络"),
    _count("contained", _C, "contained", "自助完成", "ended in self-service, no callback asked for",
           "在自助服务中完成且未预约回呼"),
    _count("transferred", _C, "transferred", "转外线", "ended after a conversation with a number outside",
           "与外部号码通话后结束"),
    _ratio("containment", _C, Unit.SHARE, ("containment", "自助率"),
           ("ended in self-service / entered the flow", "自助完成 / 进入流程"), _sum("contained"), _sum("entered_flow")),
)  # fmt: skip

_CLOCK: Final = (
    _count("logged_in_ms", _T, "logged in", "登录时长", "time logged in, or on a contact", "登录或处理联络的时间", Unit.MS),
    _count("idle_ms", _T, "idle", "空闲", "available, without a contact", "可接听且无联络", Unit.MS),
    _count("ringing_ms", _T, "reserved and ringing", "振铃", "from the offer to its end", "从派发到应答或结束", Unit.MS),
    _count("talking_ms", _T, "talking", "通话", "connected, not on hold", "通话中，不含保持", Unit.MS),
    _count("held_ms", _T, "on hold", "保持", "the customer hears music", "客户听音乐", Unit.MS),
    _count("wrap_up_ms", _T, "wrap-up", "话后", "work after the contact", "联络后的处理", Unit.MS),
    _count("break_ms", _T, "break", "小休", "on a break, without a contact", "小休且无联络", Unit.MS),
    _count("not_ready_ms", _T, "not ready", "未就绪", "put there by the system (RONA, phone, connection)",
           "被系统置为未就绪（无应答、话机、连接）", Unit.MS),
    _ratio("occupancy", _T, Unit.SHARE, ("occupancy", "占用率"),
           ("time on contacts incl. ringing and wrap-up / (on contacts + idle)", "处理联络（含振铃、话后） / (处理 + 空闲)"),
           _sum("ringing_ms", *_HANDLING), _sum("ringing_ms", *_HANDLING, "idle_ms")),
    _ratio("utilization", _T, Unit.SHARE, ("utilization", "利用率"),
           ("(talk + hold + wrap-up) / logged-in time", "(通话 + 保持 + 话后) / 登录时长"),
           _sum(*_HANDLING), _sum("logged_in_ms")),
)  # fmt: skip

_SCHEDULE: Final = (
    _count("scheduled_ms", _P, "scheduled", "排班时长", "scheduled time, all activities", "排班时间，含全部活动", Unit.MS),
    _count("adhered_ms", _P, "adherent", "遵循时长", "scheduled time in the scheduled state", "处于排班所定状态的排班时间", Unit.MS),
    _count("paid_ms", _P, "paid", "带薪时长", "scheduled − unpaid", "排班 − 无薪", Unit.MS),
    _count("unavailable_ms", _P, "unavailable", "不可用时长", "paid, neither available nor on a contact",
           "带薪，既不可接听也未处理联络", Unit.MS),
    _ratio("adherence", _P, Unit.SHARE, ("adherence", "排班遵循率"),
           ("scheduled time in the scheduled state / scheduled", "处于排班所定状态的时间 / 排班"),
           _sum("adhered_ms"), _sum("scheduled_ms")),
    _ratio("shrinkage", _P, Unit.SHARE, ("shrinkage", "损耗率"),
           ("paid time neither available nor on a contact / paid; staff = required / (1 − shrinkage)",
            "既不可接听也未处理联络的带薪时间 / 带薪；排班人数 = 所需人数 / (1 − 损耗率)"),
           _sum("unavailable_ms"), _sum("paid_ms")),
)  # fmt: skip

MEASURES: Final[Mapping[str, Measure]] = {m.id: m for m in (*_STAYS, *_WORK, *_CONTACTS, *_CLOCK, *_SCHEDULE)}


def add(total: dict[str, int], parts: Parts) -> None:
    """Adds up what was counted."""
    for part, count in parts.items():
        total[part] = max(total.get(part, 0), count) if part in MAXIMA else total.get(part, 0) + count
