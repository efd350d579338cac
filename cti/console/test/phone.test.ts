import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { attend, dispatch, hold, mute, session, wasInterrupted } from "../src/agent/desk";
import type { SipAccount, Snapshot } from "../src/api/words";
import { Line } from "./line";

class Emitter {
  private readonly heard = new Map<string, (event?: unknown) => void>();

  on(name: string, listener: (event?: unknown) => void): void {
    this.heard.set(name, listener);
  }

  emit(name: string, event?: unknown): void {
    this.heard.get(name)?.(event);
  }
}

/** JsSIP's side of a browser phone. */
class FakeAgent extends Emitter {
  register = vi.fn();
  unregister = vi.fn();
  start = vi.fn();
  stop = vi.fn();
  isConnected = () => true;

  rings(id: string): FakeCall {
    const call = new FakeCall(id);
    this.emit("newRTCSession", { originator: "remote", session: call, request: { getHeader: () => "o1" } });
    return call;
  }
}

class FakeCall extends Emitter {
  remote_identity = { uri: { user: "13800138000" } };
  mute = vi.fn();
  unmute = vi.fn();
  hold = vi.fn();
  terminate = vi.fn(() => this.emit("ended"));
  isEnded = () => false;

  constructor(readonly id: string) {
    super();
  }
}

const agents = vi.hoisted(() => [] as FakeAgent[]);

vi.mock("../src/voice/sip", () => ({
  userAgent: () => {
    agents.push(new FakeAgent());
    return agents.at(-1);
  },
  Conversation: class {
    follow() {}
    close() {}
  },
}));

const sip: SipAccount = { uri: "sip:1001-web@sh", ws_url: "ws://sh:8088/ws", username: "1001-web", password: "secret" };
const snapshot: Snapshot = {
  agent: "1001", name: "王芳", site: "sh", status: "available", reason: null, next_status: null, state: "idle", since_ms: 0, offer: null,
  wrap_up: null, queues: [],
};

const logIn = (account: SipAccount = sip) => {
  Line.latest.onopen?.();
  Line.latest.says({ type: "logged_in", snapshot, sip: account, break_reasons: [], wrap_up_codes: [] });
};

/** Everything that was promised so far has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

const talk = async () => {
  const call = agents[0]?.rings("call");
  call?.emit("accepted");
  await settled();
  return call;
};

const taken = () => Line.latest.says({ type: "refused", code: "agents.taken_over", en: "", zh: "" });

beforeEach(async () => {
  agents.length = 0;
  vi.stubGlobal("WebSocket", Line);
  dispatch({ type: "sign_in", credentials: { agent: "1001", password: "x", device: "browser", language: "en" }, urls: ["ws://sh/agents"] });
  logIn();
  await vi.waitFor(() => expect(agents).toHaveLength(1));
});

afterEach(async () => {
  vi.useRealTimers();
  dispatch({ type: "sign_out" });
  await settled();
  vi.unstubAllGlobals();
});

it("a conversation that outlived another tab can still be muted, held and ended where it is", async () => {
  const call = await talk();
  taken();
  dispatch({ type: "take_back" });
  logIn();
  await settled();
  mute(true);
  hold(true);
  dispatch({ type: "hang_up" });
  await settled();
  expect(call?.mute).toHaveBeenCalledOnce();
  expect(call?.hold).toHaveBeenCalledOnce();
  expect(call?.terminate).toHaveBeenCalledOnce();
  expect(session().call).toBeNull();
  expect(agents[0]?.stop).not.toHaveBeenCalled(); // it is the agent's phone again
  expect(agents[0]?.register).toHaveBeenCalledOnce();
});

it("the phone starts anew when the account is another one, or nobody was talking", async () => {
  taken();
  dispatch({ type: "take_back" });
  logIn();
  await vi.waitFor(() => expect(agents).toHaveLength(2));
  expect(agents[0]?.stop).toHaveBeenCalled();
});

it("a registration that nobody answers is tried again on a new connection", () => {
  vi.useFakeTimers();
  agents[0]?.emit("registrationFailed", { cause: "Request Timeout" });
  vi.advanceTimersByTime(15_000);
  expect(agents[0]?.stop).toHaveBeenCalledOnce();
  expect(agents[0]?.start).toHaveBeenCalledTimes(2);
});

it("a registration that is refused is tried again where it was, and so is any during a conversation", async () => {
  await talk();
  vi.useFakeTimers();
  agents[0]?.emit("registrationFailed", { cause: "Request Timeout" });
  vi.advanceTimersByTime(15_000);
  agents[0]?.emit("registrationFailed", { cause: "Rejected" });
  vi.advanceTimersByTime(15_000);
  expect(agents[0]?.register).toHaveBeenCalledTimes(2);
  expect(agents[0]?.stop).not.toHaveBeenCalled();
});

it("a page that is left hangs up, also where the browser lets it keep nothing", async () => {
  const stop = attend();
  const call = await talk();
  vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  window.dispatchEvent(new Event("pagehide"));
  await settled();
  stop();
  expect(call?.terminate).toHaveBeenCalledOnce();
  expect(wasInterrupted()).toBe(false); // or there would be no sign-in page
});
