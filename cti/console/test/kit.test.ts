import { beforeEach, describe, expect, it, vi } from "vitest";
import { inOrder } from "../src/agent/order";
import { keepDraft, loadDraft } from "../src/agent/draft";
import { afterPaint } from "../src/kit/afterPaint";
import { backoff } from "../src/kit/backoff";
import { ago, digitsOnly, duration, inLanguage, phoneNumber } from "../src/kit/format";
import { ulid } from "../src/kit/ulid";
import { type AudioStats, judge } from "../src/voice/quality";

describe("ids", () => {
  it("are ULIDs, which sort by time", () => {
    const made = [0, 1_469_918_176_385, 1_795_466_465_000].map((now) => ulid(now));
    for (const id of made) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect([...made].sort()).toEqual(made);
    expect(made[1]?.slice(0, 10)).toBe("01ARYZ6S41"); // the specification's own example
    expect(ulid(0)).not.toBe(ulid(0));
  });
});

describe("formats", () => {
  it("says how long ago something was, in the largest unit that fits", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    const said = ["2026-11-20T11:00:00Z", "2026-11-23T10:30:00Z", "2026-11-23T11:58:00Z", "2026-11-23T11:59:50Z", "2026-11-23T12:00:09Z"];
    expect(said.map((moment) => ago(moment, now, "en"))).toEqual(["3 days ago", "1 hour ago", "2 minutes ago", "now", "now"]);
    expect(ago("2026-11-20T11:00:00Z", now, "zh")).toBe("3天前");
  });

  it("writes durations as clocks do", () => {
    expect([0, 59_999, 60_000, 3_600_000, 3_723_000, -5].map(duration)).toEqual(["00:00", "00:59", "01:00", "1:00:00", "1:02:03", "00:00"]);
  });

  it("groups mobile numbers and leaves others", () => {
    expect(phoneNumber("13800138000")).toBe("138 0013 8000");
    expect(phoneNumber("+8613800138000")).toBe("+86 138 0013 8000");
    expect(phoneNumber("02162381234")).toBe("02162381234");
    expect(phoneNumber("")).toBe("");
  });

  it("lets only digits be dialed", () => {
    expect(digitsOnly(" 138-0013\r\nX-Evil: 1 ")).toBe("13800131");
    expect(digitsOnly("1".repeat(40))).toHaveLength(20);
  });

  it("falls back to the language there is", () => {
    expect(inLanguage("zh", "报案", "Claims")).toBe("报案");
    expect(inLanguage("en", "报案", "Claims")).toBe("Claims");
    expect(inLanguage("en", "报案", "")).toBe("报案");
  });
});

describe("waiting", () => {
  it("doubles, is capped, and is spread", () => {
    expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
    expect(backoff(50, 1)).toBe(15_000);
    expect(backoff(1, 0)).toBe(500);
  });

  it("does not wait for the paint of a hidden tab", () => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const shown = vi.fn();
    afterPaint(shown);
    expect(shown).toHaveBeenCalledOnce();
  });

  it("calls back once, whether or not the tab paints", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame"] });
    const shown = vi.fn();
    afterPaint(shown);
    expect(shown).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(shown).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});

describe("the wrap-up's draft", () => {
  beforeEach(() => sessionStorage.clear());

  it("survives a reload, and goes with the next contact", () => {
    keepDraft("c1", { code: "done", note: "call back" });
    expect(loadDraft("c1")).toEqual({ code: "done", note: "call back" });
    keepDraft("c2", { code: "", note: "" });
    expect(loadDraft("c1")).toEqual({ code: "", note: "" });
  });

  it("is not kept where the browser forbids it, which is no reason to fail", () => {
    vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    });
    keepDraft("c1", { code: "done", note: "call back" });
    expect(loadDraft("c1")).toEqual({ code: "", note: "" });
  });

  it("is nothing when what was kept is damaged", () => {
    sessionStorage.setItem("hotline.draft.c1", "{");
    expect(loadDraft("c1")).toEqual({ code: "", note: "" });
    sessionStorage.setItem("hotline.draft.c1", '{"code": 5, "note": null}');
    expect(loadDraft("c1")).toEqual({ code: "", note: "" });
  });
});

describe("the order of sites", () => {
  const site = (name: string, ready: boolean) => ({ name, title: name, agents_url: `ws://${name}`, ready });

  it("is the remembered one, then the ready ones", () => {
    const sites = [site("a", false), site("b", true), site("c", true)];
    expect(inOrder(sites, "")).toEqual(["ws://b", "ws://c", "ws://a"]);
    expect(inOrder(sites, "ws://c")).toEqual(["ws://c", "ws://b", "ws://a"]);
    expect(inOrder(sites, "ws://gone")).toEqual(["ws://b", "ws://c", "ws://a"]);
  });
});

describe("the quality of a line", () => {
  const stats = (change: Partial<AudioStats>): AudioStats => ({
    inboundPackets: 0, inboundBytes: 0, inboundLost: 0, outboundPackets: 0, outboundBytes: 0, jitterMs: 0, roundTripMs: null, ...change,
  });
  const before = stats({ inboundPackets: 100 });

  it("needs two measurements", () => expect(judge(null, before, false)).toEqual({ level: "measuring" }));

  it("is good when nothing is bad", () => expect(judge(before, stats({ inboundPackets: 200 }), false)).toEqual({ level: "good" }));

  it("names the cause", () => {
    expect(judge(before, stats({ inboundPackets: 190, inboundLost: 10 }), false)).toEqual({ level: "poor", cause: "loss", value: 10 });
    expect(judge(before, stats({ inboundPackets: 200, roundTripMs: 420 }), false)).toEqual({ level: "fair", cause: "delay", value: 420 });
    expect(judge(before, stats({ inboundPackets: 200, jitterMs: 95 }), false)).toEqual({ level: "poor", cause: "jitter", value: 95 });
  });

  it("says that nothing arrives, but not while the customer is on hold", () => {
    expect(judge(before, before, false)).toEqual({ level: "poor", cause: "silence", value: 0 });
    expect(judge(before, before, true)).toEqual({ level: "good" });
  });
});
