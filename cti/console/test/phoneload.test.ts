import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dispatch } from "../src/agent/desk";
import type { Snapshot } from "../src/api/words";
import { Line } from "./line";

const dataCenter = vi.hoisted(() => ({ tries: 0, phones: 0 }));

vi.mock("../src/voice/agentPhone", () => {
  if (++dataCenter.tries < 3) throw new TypeError("Failed to fetch dynamically imported module");
  return {
    AgentPhone: class {
      constructor() {
        dataCenter.phones += 1;
      }

      stop() {}
    },
  };
});

const sip = { uri: "sip:1001-web@sh", ws_url: "ws://sh:8088/ws", username: "1001-web", password: "secret" };
const snapshot: Snapshot = {
  agent: "1001", name: "王芳", site: "sh", status: "available", reason: null, next_status: null, state: "idle", since_ms: 0, offer: null,
  wrap_up: null, queues: [],
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
});

afterEach(() => {
  dispatch({ type: "sign_out" });
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a phone that can't be fetched from the data center is fetched again until it is there", async () => {
  dispatch({ type: "sign_in", credentials: { agent: "1001", password: "x", device: "browser", language: "en" }, urls: ["ws://sh/agents"] });
  Line.latest.onopen?.();
  Line.latest.says({ type: "logged_in", snapshot, sip, break_reasons: [], wrap_up_codes: [] });
  while (dataCenter.tries < 3) {
    const { tries } = dataCenter;
    await vi.advanceTimersByTimeAsync(15_000);
    await vi.dynamicImportSettled();
    expect(dataCenter.tries).toBeGreaterThan(tries);
  }
  expect(dataCenter.phones).toBe(1);
});
