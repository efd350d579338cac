import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import AgentPage from "../src/agent/AgentPage";
import { dispatch } from "../src/agent/desk";
import { usePreferences } from "../src/app/preferences";
import { ring } from "../src/voice/sounds";
import { context, snapshot } from "./agent";
import { Line } from "./line";

vi.mock("../src/voice/sounds", () => ({ ring: vi.fn(() => () => undefined), meter: () => () => undefined, allowSound: () => undefined, chime: () => undefined }));


beforeEach(() => {
  vi.mocked(ring).mockImplementation(() => () => undefined);
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} }); // jsdom has no layout
  vi.stubGlobal("fetch", async () => Response.json({ hotline: "95500", sites: [] }));
  usePreferences.setState({ language: "en" });
  const { unmount } = render(<QueryClientProvider client={new QueryClient()}><AgentPage /></QueryClientProvider>);
  act(() => dispatch({ type: "sign_in", credentials: { agent: "1001", password: "x", device: "browser", language: "en" }, urls: ["ws://sh/agents"] }));
  Line.latest.onopen?.();
  Line.latest.says({ type: "logged_in", snapshot, sip: null, break_reasons: [], wrap_up_codes: [] });
  unmount(); // the link to the first page
});

afterEach(() => {
  cleanup();
  dispatch({ type: "sign_out" });
  vi.unstubAllGlobals();
});

it("a call reaches the agent who looks at another page", () => {
  Line.latest.says({ type: "offered", offer: { offer: "o1", ring_seconds: 15, context } });
  expect(document.title).toBe("☎ 138 0013 8000 · Incoming call");
  dispatch({ type: "incoming", id: "call", offer: "o1", number: "13800138000", now: 0 });
  expect(ring).toHaveBeenCalledOnce();
});

it("the window asks before it closes over a conversation, whichever page it shows", () => {
  dispatch({ type: "incoming", id: "call", offer: "o1", number: "13800138000", now: 0 });
  dispatch({ type: "call_answered", id: "call", now: 0 });
  const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving);
  expect(leaving.defaultPrevented).toBe(true);
});

it("the title follows the language in the middle of a call", () => {
  Line.latest.says({ type: "offered", offer: { offer: "o1", ring_seconds: 15, context } });
  act(() => usePreferences.setState({ language: "zh" }));
  expect(document.title).toBe("☎ 138 0013 8000 · 来电");
});
