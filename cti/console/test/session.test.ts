import { describe, expect, it } from "vitest";
import { step } from "../src/agent/session";
import { type Command, type Event, type Session, ringDeadline, signedOut, stageOf } from "../src/agent/state";
import { callersCases } from "../src/agent/cases";
import type { CaseCard, FromSite, OfferView, Snapshot } from "../src/api/words";
import { snapshot } from "./agent";

const SH = "ws://sh/agents";
const BJ = "ws://bj/agents";
const sip = { uri: "sip:1001-web@sh", ws_url: "ws://sh:8088/ws", username: "1001-web", password: "secret" };
const credentials = { agent: "1001", password: "secret", device: "browser", language: "zh" } as const;

const offer: OfferView = {
  offer: "o1",
  ring_seconds: 15,
  context: {
    contact: "c1", caller: "13800138000", caller_name: "", called: "95500", site: "sh", queue: "claims", queue_title_zh: "报案",
    queue_title_en: "Claims", language: "zh", waited_ms: 3000, path: [], collected: {}, customer: null, customer_pending: true, callback: false,
  },
};
const customer = { id: "7", name: "张三丰", grade: "", notes: "", fields: {}, last_agent: null, cases: [] };
const loggedIn: FromSite = { type: "logged_in", snapshot, sip, break_reasons: [], wrap_up_codes: [] };

/** A session and everything it was told to do. */
class Story {
  session: Session = signedOut;
  commands: Command[] = [];
  private n = 0;

  then(...events: Event[]): this {
    for (const event of events) {
      const [next, commands] = step(this.session, event);
      this.session = next;
      this.commands = [...commands];
      if (event.type === "opened") this.n = 0;
    }
    return this;
  }

  hears(message: FromSite, now = 1000): this {
    return this.then({ type: "message", message, n: ++this.n, now });
  }

  did(what: Command["do"]): Command[] {
    return this.commands.filter((command) => command.do === what);
  }
}

const signIn: Event = { type: "sign_in", credentials, urls: [SH, BJ] };
const online = () => new Story().then(signIn, { type: "opened" }).hears(loggedIn);
const takenOver: FromSite = { type: "refused", code: "agents.taken_over", en: "", zh: "" };
const changed = (change: Partial<Snapshot>): FromSite => ({ type: "changed", snapshot: { ...snapshot, ...change } });
const incoming: Event = { type: "incoming", id: "call", offer: "o1", number: "13800138000", now: 2000 };

describe("signing in", () => {
  it("opens the first site, says who it is, and starts the phone once", () => {
    const story = new Story().then(signIn);
    expect(story.commands).toEqual([{ do: "open", url: SH }]);
    story.then({ type: "opened" });
    expect(story.commands).toEqual([{ do: "send", message: { type: "log_in", ...credentials, resume: null, resume_reason: null } }]);
    story.hears(loggedIn);
    expect(story.session.phase).toBe("online");
    expect(story.commands).toContainEqual({ do: "start_phone", account: sip });
    story.then({ type: "closed" }, { type: "retry" }, { type: "opened" }).hears(loggedIn);
    expect(story.did("start_phone")).toEqual([]);
  });

  it("goes where the seat is, and remembers it", () => {
    const story = new Story().then(signIn, { type: "opened" }).hears({ type: "elsewhere", site: "bj", url: BJ });
    expect(story.commands).toEqual([{ do: "close" }, { do: "open", url: BJ }]);
    story.then({ type: "opened" }).hears(loggedIn);
    expect(story.commands).toContainEqual({ do: "remember", url: BJ });
  });

  it("stops when the sites send it in circles", () => {
    const story = new Story().then(signIn);
    for (let hop = 0; hop < 4; hop++) story.then({ type: "opened" }).hears({ type: "elsewhere", site: "x", url: hop % 2 ? SH : BJ });
    expect(story.session.phase).toBe("signed_out");
    expect(story.session.notice).toEqual({ kind: "going_in_circles" });
    expect(story.commands).toEqual([{ do: "close" }, { do: "stop_phone" }]); // or it rang for somebody who is signed out
  });

  it("goes on asking while the site of the seat can't be reached, and the others point there", () => {
    const story = new Story().then(signIn, { type: "opened" });
    for (let outage = 0; outage < 10; outage++) {
      story.hears({ type: "elsewhere", site: "bj", url: BJ }).then({ type: "closed" }); // nobody is there
      expect(story.session).toMatchObject({ phase: "lost", notice: null });
      while (story.session.phase === "lost") {
        story.then({ type: "retry" });
        story.then(story.session.url === BJ ? { type: "closed" } : { type: "opened" });
      }
    }
  });

  it("ends with the site's reason when refused, and keeps no password", () => {
    const refused: FromSite = { type: "refused", code: "agents.bad_password", en: "Wrong.", zh: "错误。" };
    const story = new Story().then(signIn, { type: "opened" }).hears(refused);
    expect(story.session.phase).toBe("signed_out");
    expect(story.session.credentials).toBeNull();
    expect(story.session.notice).toEqual({ kind: "refused", refused });
  });

  it("tries the next site when one can't be reached", () => {
    const story = new Story().then(signIn, { type: "closed" });
    expect(story.commands).toEqual([{ do: "plan_retry", attempt: 0 }]);
    story.then({ type: "retry" });
    expect(story.commands).toEqual([{ do: "open", url: BJ }]);
  });
});

describe("the connection", () => {
  it("reconnects at a gap in the numbers", () => {
    const story = online().then({ type: "message", message: { type: "pong" }, n: 5, now: 0 });
    expect(story.session.phase).toBe("lost");
    expect(story.commands).toEqual([{ do: "close" }, { do: "plan_retry", attempt: 0 }]);
  });

  it("tells a site that may have restarted what the agent was", () => {
    const story = online().hears(changed({ status: "available", reason: null })).then({ type: "closed" }, { type: "retry" }, { type: "opened" });
    expect(story.commands).toEqual([{ do: "send", message: { type: "log_in", ...credentials, resume: "available", resume_reason: null } }]);
  });

  it("comes back to the same site first, then asks the other", () => {
    const story = online();
    const tried = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      story.then({ type: "closed" }, { type: "retry" });
      tried.push(story.session.url);
    }
    expect(tried).toEqual([SH, BJ, BJ]);
  });

  it("counts from one again and believes the new snapshot", () => {
    const story = online().then({ type: "closed" }, { type: "retry_planned", at: 5000 }, { type: "retry" }, { type: "opened" });
    story.hears({ ...loggedIn, snapshot: { ...snapshot, status: "break" } });
    expect(story.session.me?.status).toBe("break");
    expect(story.session.retryAt).toBeNull();
    expect(story.session.attempt).toBe(0);
  });

  it("does not reconnect after another tab took over, until told to", () => {
    const story = online().hears(takenOver);
    expect(story.session.phase).toBe("taken_over");
    expect(story.commands).toEqual([{ do: "close" }, { do: "stop_phone" }]);
    expect(story.then({ type: "closed" }, { type: "retry" }).commands).toEqual([]);
    story.then({ type: "take_back" }, { type: "opened" }).hears(loggedIn);
    expect(story.session.phase).toBe("online");
    expect(story.commands).toContainEqual({ do: "start_phone", account: sip });
  });

  it("ends, and says why, when the agent does not work here any more", () => {
    const refused: FromSite = { type: "refused", code: "agents.removed", en: "Removed.", zh: "已删除。" };
    const story = online().hears(refused);
    expect(story.session.phase).toBe("signed_out");
    expect(story.session.notice).toEqual({ kind: "refused", refused });
    expect(story.commands).toEqual([{ do: "close" }, { do: "stop_phone" }]);
  });

  it("ignores words it doesn't know", () => {
    const story = online();
    const before = story.session;
    story.hears({ type: "news" } as unknown as FromSite);
    expect({ ...story.session, n: 0 }).toEqual({ ...before, n: 0 });
  });
});

describe("an offer", () => {
  it("is presented as soon as it comes, and after a reconnect", () => {
    expect(online().hears({ type: "offered", offer }).commands).toEqual([{ do: "present", offer: "o1" }]);
    const story = online().then({ type: "closed" }, { type: "retry" }, { type: "opened" });
    story.hears({ ...loggedIn, snapshot: { ...snapshot, state: "reserved", offer } });
    expect(story.did("present")).toEqual([{ do: "present", offer: "o1" }]);
  });

  it("counts down from what the site says, not from when the page heard", () => {
    const story = online().hears(changed({ state: "ringing", since_ms: 4000, offer }), 10_000);
    expect(ringDeadline(story.session)).toBe(10_000 - 4000 + 15_000);
  });

  it("shows a customer who is found late, and keeps them when an older snapshot follows", () => {
    const story = online().hears({ type: "offered", offer }).hears({ type: "customer", offer: "o1", customer });
    expect(story.session.subject?.context.customer).toEqual(customer);
    story.hears(changed({ state: "talking", offer }));
    expect(story.session.subject?.context).toMatchObject({ customer, customer_pending: false });
    expect(story.session.me?.offer?.context.customer).toEqual(customer);
  });

  it("ignores a customer of another offer", () => {
    const story = online().hears({ type: "offered", offer }).hears({ type: "customer", offer: "o0", customer });
    expect(story.session.subject?.context.customer).toBeNull();
  });

  it("is answered when the phone rings, if the agent was faster", () => {
    const story = online().hears({ type: "offered", offer }).then({ type: "answer" });
    expect(story.commands).toEqual([]);
    story.then(incoming);
    expect(story.commands).toEqual([{ do: "answer_call", id: "call" }]);
  });

  it("does not answer another call because of an earlier wish", () => {
    const story = online().hears({ type: "offered", offer }).then({ type: "answer" }).hears({ type: "offer_over", offer: "o1", outcome: "caller_gone" });
    story.hears({ type: "offered", offer: { ...offer, offer: "o2" } }).then({ ...incoming, offer: "o2" });
    expect(story.session.call?.stage).toBe("ringing");
  });

  it("does not answer an offer that came while the connection was lost, because of a wish before", () => {
    const story = online().hears({ type: "offered", offer }).then({ type: "answer" }, { type: "closed" }, { type: "retry" }, { type: "opened" });
    story.hears({ ...loggedIn, snapshot: { ...snapshot, state: "ringing", offer: { ...offer, offer: "o2" } } }).then({ ...incoming, offer: "o2" });
    expect(story.session.call?.stage).toBe("ringing");
    expect(story.commands).toEqual([]);
  });

  it("is answered as wished, though the connection was lost meanwhile", () => {
    const story = online().hears({ type: "offered", offer }).then({ type: "answer" }, { type: "closed" }, { type: "retry" }, { type: "opened" });
    story.hears({ ...loggedIn, snapshot: { ...snapshot, state: "ringing", offer } }).then(incoming);
    expect(story.commands).toEqual([{ do: "answer_call", id: "call" }]);
  });

  it("is the other tab's once that has taken over", () => {
    const story = online().hears({ type: "offered", offer }).then({ type: "answer" }).hears(takenOver);
    expect(stageOf(story.session)).toBe("idle");
    expect(story.session.subject).toBeNull();
    expect(story.session.answerWanted).toBe(false);
  });

  it("rings no longer for an agent whom the site refuses, so that it soon goes to another", () => {
    const story = online().hears({ type: "offered", offer }).then(incoming, { type: "closed" }, { type: "retry" }, { type: "opened" });
    story.hears({ type: "refused", code: "agents.bad_password", en: "Wrong.", zh: "错误。" });
    expect(story.commands).toEqual([{ do: "close" }, { do: "end_call", id: "call", afterMs: 0 }, { do: "stop_phone" }]);
  });

  it("asks the site to answer a desk phone", () => {
    const story = new Story().then({ ...signIn, credentials: { ...credentials, device: "phone" } }, { type: "opened" });
    story.hears({ ...loggedIn, sip: null }).hears({ type: "offered", offer }).then({ type: "answer" });
    expect(story.commands).toEqual([{ do: "send", message: { type: "answer", offer: "o1" } }]);
  });

  it("is declined at the site, which stops the ringing", () => {
    const story = online().hears({ type: "offered", offer }).then(incoming, { type: "decline" });
    expect(story.commands).toEqual([
      { do: "send", message: { type: "decline", offer: "o1" } },
      { do: "end_call", id: "call", afterMs: 1500 },
    ]);
  });

  it("leaves the screen with a word about why", () => {
    const story = online().hears({ type: "offered", offer }).hears({ type: "offer_over", offer: "o1", outcome: "rona" });
    expect(stageOf(story.session)).toBe("idle");
    expect(story.session.subject).toBeNull();
    expect(story.session.notice).toEqual({ kind: "offer_over", outcome: "rona" });
  });

  it("still rings when the microphone could not be opened", () => {
    const story = online().hears({ type: "offered", offer }).then(incoming, { type: "answer" }, { type: "call_failed", id: "call", reason: "denied" });
    expect(story.session.call?.stage).toBe("ringing");
    expect(story.session.notice).toEqual({ kind: "microphone", reason: "denied" });
    story.then({ type: "answer" }, { type: "call_answered", id: "call", now: 3000 });
    expect(story.session.notice).toBeNull(); // it is open now
  });
});

describe("a conversation", () => {
  const talking = () =>
    online().hears({ type: "offered", offer }).then(incoming, { type: "answer" }, { type: "call_answered", id: "call", now: 3000 }).hears(changed({ state: "talking", offer }), 3000);

  it("outlives the connection to the site, and can be ended without it", () => {
    const story = talking().then({ type: "closed" });
    expect(stageOf(story.session)).toBe("talking");
    expect(story.then({ type: "hang_up" }).commands).toEqual([{ do: "end_call", id: "call", afterMs: 0 }]);
  });

  it("keeps its screen when the site refuses whoever comes back, until it is over", () => {
    const refused: FromSite = { type: "refused", code: "agents.too_many_attempts", en: "Wait.", zh: "请稍候。" };
    const story = talking().then({ type: "closed" }, { type: "retry" }, { type: "opened" }).hears(refused);
    expect(story.session.phase).toBe("lost");
    expect(story.commands).toEqual([{ do: "close" }, { do: "plan_retry", attempt: 1 }]);
    expect(stageOf(story.session)).toBe("talking");
    expect(story.then({ type: "hang_up" }).did("end_call")).toHaveLength(1);
    story.then({ type: "call_ended", id: "call" }, { type: "retry" }, { type: "opened" }).hears(refused);
    expect(story.session).toMatchObject({ phase: "signed_out", notice: { kind: "refused", refused } });
  });

  it("is timed through hold", () => {
    const story = talking().hears(changed({ state: "held", since_ms: 0, offer }), 9000);
    expect(story.session.talkingSince).toBe(3000);
  });

  it("is timed from its own beginning, though the end of the one before was not heard", () => {
    const story = talking().then({ type: "closed" }, { type: "call_ended", id: "call" }, { type: "retry" }, { type: "opened" });
    story.hears({ ...loggedIn, snapshot: { ...snapshot, state: "talking", since_ms: 2000, offer: { ...offer, offer: "o2" } } }, 60_000);
    expect(story.session.talkingSince).toBe(58_000);
  });

  it("goes on when another tab takes over", () => {
    const story = talking().hears(takenOver);
    expect(stageOf(story.session)).toBe("talking");
    expect(story.session.subject?.offer).toBe("o1");
  });

  it("leaves the screen at its end, though another tab has taken over", () => {
    const story = talking().hears(takenOver).then({ type: "call_ended", id: "call" });
    expect(stageOf(story.session)).toBe("idle");
  });

  it("knows mute and hold of its own call only", () => {
    const story = talking().then({ type: "call_changed", id: "call", muted: true }, { type: "call_changed", id: "other", held: true });
    expect(story.session.call).toMatchObject({ muted: true, held: false });
  });

  it("keeps who it was about until the wrap-up is saved", () => {
    const wrapUp = { contact: "c1", seconds: 30, left: 20, codes: [] };
    const story = talking().then({ type: "call_ended", id: "call" }).hears(changed({ state: "wrap_up", wrap_up: wrapUp }), 50_000);
    expect(stageOf(story.session)).toBe("wrap_up");
    expect(story.session.subject?.context.contact).toBe("c1");
    expect(story.session.wrapUpEndsAt).toBe(70_000);
    story.then({ type: "save_wrap_up", code: "done", note: "  ", then: "break" });
    expect(story.commands).toEqual([{ do: "send", message: { type: "wrap_up", contact: "c1", code: "done", note: null, then: "break" } }]);
    expect(story.hears(changed({})).session.subject).toBeNull();
  });
});

describe("a wrap-up", () => {
  const wrapUp = { contact: "c1", seconds: 30, left: 20, codes: [] };
  const wrappingUp = () => online().hears(changed({ state: "wrap_up", wrap_up: wrapUp, offer }));
  const save: Event = { type: "save_wrap_up", code: "done", note: "", then: "available" };

  it("is saved once, though Save is pressed twice", () => {
    expect(wrappingUp().then(save).did("send")).toHaveLength(1);
    expect(wrappingUp().then(save, save).commands).toEqual([]);
  });

  it("can be saved again when the site refuses it, or was lost", () => {
    const refused: FromSite = { type: "refused", code: "agents.unknown_code", en: "No.", zh: "无。" };
    expect(wrappingUp().then(save).hears(refused).then(save).did("send")).toHaveLength(1);
    const back = wrappingUp().then(save, { type: "closed" }, save, { type: "retry" }, { type: "opened" });
    back.hears({ ...loggedIn, snapshot: { ...snapshot, state: "wrap_up", wrap_up: wrapUp } });
    expect(back.then(save).did("send")).toHaveLength(1);
  });
});

describe("cases", () => {
  const card: CaseCard = {
    id: "01JD8Q7M0W3V9K2X4Z6B8N1R5T", kind: "claim", subject: "定损争议", status: "open", owner: "1003", opened_at: "2026-11-23T00:00:00Z",
    number: "13800138000", note: null, resolution: null,
  };
  const mine: CaseCard = { ...card, id: "01JD8Q7M0W3V9K2X4Z6B8N1R5V", kind: "complaint", owner: "1001" };
  const opens: Event = { type: "work_on_case", wish: { type: "open_case", case: mine.id, kind: "complaint", subject: "慢" } };
  const shown = (cases: CaseCard[] = []) => {
    const known = { ...offer, context: { ...offer.context, customer: { ...customer, cases }, customer_pending: false } };
    return online().hears({ type: "offered", offer: known });
  };

  it("are said with the contact, and shown when the site has written them", () => {
    const story = online().hears({ type: "offered", offer }).then(opens);
    expect(story.commands).toEqual([{ do: "send", message: { type: "open_case", case: mine.id, contact: "c1", kind: "complaint", subject: "慢" } }]);
    expect(callersCases(story.session)).toEqual([]);
    expect(story.session.caseAwaited?.id).toBe(mine.id);
    story.hears({ type: "case", case: mine });
    expect(callersCases(story.session)).toEqual([mine]);
    expect(story.session.me?.offer?.context.customer?.cases).toEqual([mine]);
    expect(story.session.caseAwaited).toBeNull();
  });

  it("change where they stand", () => {
    const story = shown([mine, card]).then({ type: "work_on_case", wish: { type: "hand_over_case", case: card.id, to: "1001" } });
    expect(story.commands).toEqual([{ do: "send", message: { type: "hand_over_case", case: card.id, to: "1001", contact: "c1" } }]);
    story.hears({ type: "case", case: { ...card, owner: "1001" } });
    expect(callersCases(story.session)).toEqual([mine, { ...card, owner: "1001" }]);
  });

  it("of somebody else stay off the caller's screen, and name no contact", () => {
    const story = shown().hears({ type: "cases", cases: [mine] });
    story.then({ type: "work_on_case", wish: { type: "note_case", case: mine.id, note: "x" } });
    expect(story.commands).toEqual([{ do: "send", message: { type: "note_case", case: mine.id, note: "x", contact: null } }]);
    story.hears({ type: "case", case: { ...mine, note: "x" } });
    expect(callersCases(story.session)).toEqual([]);
    expect(story.session.ownCases).toEqual([{ ...mine, note: "x" }]);
  });

  it("leave the agent's list when they are settled or handed over, and join it when they are taken up", () => {
    const story = online().then({ type: "list_cases" });
    expect(story.commands).toEqual([{ do: "send", message: { type: "list_cases" } }]);
    story.hears({ type: "cases", cases: [mine, { ...card, owner: "1001" }] });
    story.hears({ type: "case", case: { ...mine, status: "closed" } }).hears({ type: "case", case: { ...card, owner: "1004" } });
    expect(story.session.ownCases).toEqual([]);
    expect(story.hears({ type: "case", case: mine }).session.ownCases).toEqual([mine]);
  });

  it("are free again when the site refuses, or is lost", () => {
    const refused: FromSite = { type: "refused", code: "agents.unknown_agent", en: "No.", zh: "无。" };
    expect(shown().then(opens).hears(refused).session).toMatchObject({ caseAwaited: null, notice: { kind: "refused", refused } });
    const back = shown().then(opens, { type: "closed" }, { type: "retry" }, { type: "opened" }).hears(loggedIn);
    expect(back.session.caseAwaited).toBeNull();
    expect(shown().then({ type: "closed" }, opens).session.caseAwaited).toBeNull();
  });
});
