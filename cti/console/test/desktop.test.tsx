import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import { Desktop } from "../src/agent/Desktop";
import { dispatch } from "../src/agent/desk";
import type { CaseCard, Snapshot } from "../src/api/words";
import { usePreferences } from "../src/app/preferences";
import { context, snapshot } from "./agent";
import { Line } from "./line";

const dataCenter = vi.hoisted(() => ({ away: false }));

vi.mock("../src/agent/Help", async (original) => {
  if (dataCenter.away) throw new TypeError("Failed to fetch dynamically imported module");
  return original();
});

const card: CaseCard = {
  id: "01JD8Q7M0W3V9K2X4Z6B8N1R5T", kind: "complaint", subject: "理赔款未到账", status: "open", owner: "1001", opened_at: "2026-11-23T00:00:00Z",
  number: "13800138000", note: null, resolution: null,
};
const codes = [{ code: "resolved", zh: "已解决", en: "Resolved" }];
const wrapUp: Partial<Snapshot> = {
  state: "wrap_up", offer: { offer: "o1", ring_seconds: 15, context }, wrap_up: { contact: "c1", seconds: 30, left: 20, codes },
};

const says = (change: Partial<Snapshot>) => Line.latest.says({ type: "changed", snapshot: { ...snapshot, ...change } });

beforeEach(() => {
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} }); // jsdom has no layout
  vi.stubGlobal("fetch", async () => Response.json({ hotline: "95500", sites: [] }));
  usePreferences.setState({ language: "en" });
  dispatch({ type: "sign_in", credentials: { agent: "1001", password: "x", device: "phone", language: "en" }, urls: ["ws://sh/agents"] });
  Line.latest.onopen?.();
  Line.latest.says({ type: "logged_in", snapshot, sip: null, break_reasons: [], wrap_up_codes: codes });
  render(<QueryClientProvider client={new QueryClient()}><Desktop /></QueryClientProvider>);
});

afterEach(() => {
  cleanup();
  act(() => dispatch({ type: "sign_out" }));
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

it("what is typed on when a call comes neither declines nor answers it", () => {
  let now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const type = (code: string) => {
    now += 200;
    return fireEvent.keyDown(document.activeElement ?? document.body, { code });
  };
  type("KeyC");
  Line.latest.says({ type: "cases", cases: [card] });
  fireEvent.click(screen.getByTestId("case-add-note"));
  type("KeyF");
  Line.latest.says({ type: "offered", offer: { offer: "o1", ring_seconds: 15, context } });
  expect(screen.getByTestId("answer")).toBe(document.activeElement);
  const before = Line.latest.sent.length;
  expect(type("KeyX")).toBe(false); // fax
  expect(type("Space")).toBe(false); // pressed, it would be a click on the button
  expect(Line.latest.sent).toHaveLength(before);
  now += 1000; // the agent has seen it
  type("KeyX");
  expect(Line.latest.last).toEqual({ type: "decline", offer: "o1" });
});

it("help that can't be fetched from the data center leaves the desktop as it is, and comes when it is there again", async () => {
  dataCenter.away = true;
  await userEvent.click(screen.getByTestId("help"));
  await act(() => vi.dynamicImportSettled());
  expect(screen.getByTestId("stage")).toBeDefined();
  dataCenter.away = false;
  await userEvent.click(screen.getByTestId("help"));
  expect(await screen.findByTestId("shortcuts")).toBeDefined();
});

it("the wrap-up says what comes next as the agent has chosen during the call", async () => {
  says({ ...wrapUp, next_status: "break" });
  expect(screen.getByTestId("then-break").dataset.chosen).toBe("true");
  await userEvent.keyboard("1{Enter}");
  expect(Line.latest.last).toMatchObject({ type: "wrap_up", contact: "c1", code: "resolved", then: "break" });
});

it("a break that was to come is taken back in the wrap-up", async () => {
  says({ ...wrapUp, next_status: "break" });
  await userEvent.keyboard("r");
  expect(Line.latest.last).toMatchObject({ type: "set_status", status: "available" });
  says(wrapUp);
  expect(screen.getByTestId("then-available").dataset.chosen).toBe("true");
  await userEvent.keyboard("1{Enter}");
  expect(Line.latest.last).toMatchObject({ type: "wrap_up", then: "available" });
});
