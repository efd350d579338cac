import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { AgentPhone } from "../src/voice/agentPhone";

/** A line on which everything is sent and nothing is heard. */
class DeadLine {
  static lines: DeadLine[] = [];
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readyState = 1;
  onopen: (() => void) | null = null;
  sent: string[] = [];

  constructor() {
    DeadLine.lines.push(this);
    queueMicrotask(() => this.onopen?.());
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }
}

beforeEach(() => {
  DeadLine.lines = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", DeadLine);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a phone on a dead line that no one has closed registers on a new one", async () => {
  const nobody = { registered() {}, incoming() {}, answered() {}, ended() {}, failed() {}, changed() {} };
  const account = { uri: "sip:1001-web@127.0.0.1", ws_url: "ws://127.0.0.1:8088/ws", username: "1001-web", password: "secret" };
  const phone = new AgentPhone(account, new Audio(), nobody);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(DeadLine.lines.map(({ sent }) => sent.filter((text) => text.startsWith("REGISTER")).length)).toEqual([1]);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(DeadLine.lines.map(({ readyState }) => readyState)).toEqual([3, 1]);
  expect(DeadLine.lines[1]?.sent[0]).toMatch(/^REGISTER/);
  phone.stop();
});
