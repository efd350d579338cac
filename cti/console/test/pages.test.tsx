import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import { Landing } from "../src/app/Landing";
import { usePreferences } from "../src/app/preferences";
import { Keypad } from "../src/ui/Keypad";

const sites = { hotline: "95500", sites: [{ name: "sh", title: "上海 Shanghai", agents_url: "ws://sh/agents", ready: true }] };

const what = { zh: "claims 的来电经 sh 的 sh1 将无法接通坐席。", en: "Callers of claims would not reach an agent at sh by way of sh1." };
const alarm = { id: "probe.sh1.claims", site: "sh", kind: "calls_fail", since: "2026-11-26T08:00:00Z", what };
let open: (typeof alarm)[] = [];

beforeEach(() => {
  open = [];
  vi.stubGlobal("fetch", async (url: URL) => Response.json(url.pathname === "/api/v1/alarms" ? { open, recent: [] } : sites));
  usePreferences.setState({ language: "zh" });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(page: ReactNode) {
  return render(<QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>);
}

it("the first page shows the number and changes its language at once", async () => {
  show(<Landing />);
  await screen.findByText("95500");
  expect(screen.getByText("坐席工作台")).toBeDefined();
  await userEvent.click(screen.getByTestId("language"));
  expect(screen.getByText("Agent's desktop")).toBeDefined();
  expect(document.documentElement.lang).toBe("en");
});

it("the first page has no accessibility finding", async () => {
  const { container } = show(<Landing />);
  await screen.findByText("95500");
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } }); // nothing is painted here
  expect(violations.map(({ id }) => id)).toEqual([]);
});

it("the first page tells what callers would not reach, in the reader's language", async () => {
  open = [alarm];
  const { container } = show(<Landing />);
  await screen.findByText(what.zh, { exact: false });
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await userEvent.click(screen.getByTestId("language"));
  expect(screen.getByText(what.en, { exact: false })).toBeDefined();
});

it("the keypad says what is pressed, and nothing while it is off", async () => {
  const press = vi.fn();
  const { rerender } = render(<Keypad label="keys" press={press} />);
  for (const key of ["1", "*", "#", "0"]) await userEvent.click(screen.getByTestId(`key-${key}`));
  expect(press.mock.calls.flat()).toEqual(["1", "*", "#", "0"]);
  rerender(<Keypad label="keys" press={press} disabled />);
  await userEvent.click(screen.getByTestId("key-1"));
  expect(press).toHaveBeenCalledTimes(4);
});
