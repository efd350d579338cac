import { act, cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import { CallersCases, OwnCases } from "../src/agent/Cases";
import { dispatch } from "../src/agent/desk";
import type { CaseCard, Snapshot } from "../src/api/words";
import { usePreferences } from "../src/app/preferences";
import { Line } from "./line";

const card: CaseCard = {
  id: "01JD8Q7M0W3V9K2X4Z6B8N1R5T", kind: "complaint", subject: "理赔款未到账", status: "open", owner: "1003", opened_at: "2026-11-23T00:00:00Z",
  number: "13800138000", note: "答应周三前回电", resolution: null,
};
const context = {
  contact: "c1", caller: "13800138000", caller_name: "", called: "95500", site: "sh", queue: "complaints", queue_title_zh: "投诉", queue_title_en: "Complaints",
  language: "zh", waited_ms: 0, path: [], collected: {}, customer_pending: false, callback: false,
  customer: { id: "7", name: "张三丰", grade: "", notes: "", fields: {}, last_agent: null, cases: [card] },
};
const snapshot: Snapshot = {
  agent: "1001", name: "王芳", site: "sh", status: "available", reason: null, next_status: null, state: "talking", since_ms: 0,
  offer: { offer: "o1", ring_seconds: 15, context }, wrap_up: null, queues: [],
};

const logIn = () => {
  act(() => Line.latest.onopen?.());
  Line.latest.says({ type: "logged_in", snapshot, sip: null, break_reasons: [], wrap_up_codes: [] });
};

const lose = () => act(() => Line.latest.onclose?.());

const comeBack = () => {
  act(() => dispatch({ type: "retry" }));
  logIn();
};

beforeEach(() => {
  usePreferences.setState({ language: "zh" });
  vi.stubGlobal("WebSocket", Line);
  dispatch({ type: "sign_in", credentials: { agent: "1001", password: "x", device: "phone", language: "zh" }, urls: ["ws://sh/agents"] });
  logIn();
});

afterEach(() => {
  cleanup();
  dispatch({ type: "sign_out" });
  vi.unstubAllGlobals();
});

function Page() {
  const [opening, setOpening] = useState(false);
  return <CallersCases opening={opening} setOpening={setOpening} />;
}

const tell = (change: Partial<CaseCard>) => Line.latest.says({ type: "case", case: { ...card, ...change } });

it("the screen shows what the customer has going on, whose it is and how old, without an accessibility finding", async () => {
  const { container } = render(<Page />);
  const shown = within(screen.getByTestId("case"));
  expect(shown.getByText("投诉")).toBeDefined();
  expect(shown.getByText("理赔款未到账")).toBeDefined();
  expect(shown.getByTestId("case-owner").textContent).toBe("负责人 1003");
  expect(shown.getByTestId("case-status").textContent).toBe("处理中");
  expect(shown.getByText(/天前$/)).toBeDefined();
  expect(shown.getByText("答应周三前回电")).toBeDefined();
  await userEvent.click(screen.getByTestId("open-case"));
  await userEvent.click(screen.getByTestId("case-close"));
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false } } }); // nothing is painted here
  expect(violations.map(({ id }) => id)).toEqual([]);
});

it("a case is opened with the keyboard alone, and is there when the site says so", async () => {
  render(<Page />);
  screen.getByTestId("open-case").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.keyboard("{Enter}");
  expect(screen.getByRole("alert").textContent).toBe("请填写事由");
  await userEvent.keyboard("服务态度{Enter}");
  const sent = Line.latest.last;
  expect(sent).toMatchObject({ type: "open_case", contact: "c1", kind: "complaint", subject: "服务态度" });
  expect(screen.getByTestId("case-save")).toHaveProperty("disabled", true);
  expect(screen.getAllByTestId("case")).toHaveLength(1);
  tell({ id: sent?.type === "open_case" ? sent.case : "", subject: "服务态度", owner: "1001", note: null });
  expect(screen.queryByTestId("case-form")).toBeNull();
  expect(screen.getAllByTestId("case-subject").map((it) => it.textContent)).toEqual(["服务态度", "理赔款未到账"]);
});

it("what was typed stays when the site refuses", async () => {
  render(<Page />);
  await userEvent.click(screen.getByTestId("case-hand-over"));
  await userEvent.keyboard("a7777{Enter}");
  expect(Line.latest.last).toMatchObject({ type: "hand_over_case", case: card.id, to: "7777", contact: "c1" });
  Line.latest.says({ type: "refused", code: "agents.unknown_agent", en: "No.", zh: "没有该工号的坐席。" });
  expect(screen.getByTestId("case-text")).toHaveProperty("value", "7777");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("case-text")).toBeNull();
});

it("a case is noted, closed with what came of it, and opened again", async () => {
  render(<Page />);
  await userEvent.click(screen.getByTestId("case-add-note"));
  await userEvent.keyboard("已转财务{Enter}");
  expect(Line.latest.last).toMatchObject({ type: "note_case", note: "已转财务" });
  tell({ note: "已转财务" });
  expect(screen.getByTestId("case-note").textContent).toBe("已转财务");
  await userEvent.click(screen.getByTestId("case-close"));
  await userEvent.keyboard("已补赔{Enter}");
  expect(Line.latest.last).toMatchObject({ type: "set_case_status", status: "closed", resolution: "已补赔" });
  tell({ status: "closed", resolution: "已补赔" });
  expect(screen.getByTestId("case-status").textContent).toBe("已关闭");
  await userEvent.click(screen.getByTestId("case-reopen"));
  expect(Line.latest.last).toMatchObject({ type: "set_case_status", status: "open" });
});

it("between contacts the agent sees their own, read when they look", () => {
  render(<OwnCases />);
  expect(Line.latest.last).toEqual({ type: "list_cases" });
  Line.latest.says({ type: "cases", cases: [{ ...card, owner: "1001" }] });
  expect(screen.getByTestId("case-owner").textContent).toBe("由您负责");
  expect(screen.getByText("138 0013 8000")).toBeDefined();
  tell({ owner: "1001", status: "closed" });
  expect(screen.getByText("您名下没有未结案件")).toBeDefined();
});

it("the agent's own are read as soon as the site is there again", () => {
  lose();
  render(<OwnCases />); // looked at while there is nobody to ask
  comeBack();
  expect(Line.latest.last).toEqual({ type: "list_cases" });
  lose(); // and the answer with it
  comeBack();
  expect(Line.latest.last).toEqual({ type: "list_cases" });
});

it("a note stays in its field until the site has written it, whatever else it says meanwhile", async () => {
  render(<Page />);
  await userEvent.click(screen.getByTestId("case-add-note"));
  await userEvent.keyboard("已转财务{Enter}");
  Line.latest.says({ type: "changed", snapshot }); // the same case, as it was
  expect(screen.getByTestId("case-text")).toHaveProperty("value", "已转财务");
  lose();
  comeBack();
  expect(screen.getByTestId("case-text")).toHaveProperty("value", "已转财务");
  await userEvent.keyboard("{Enter}");
  tell({ note: "已转财务" });
  expect(screen.queryByTestId("case-text")).toBeNull();
  await userEvent.click(screen.getByTestId("case-add-note")); // the next change waits for its own word
  expect(screen.getByTestId("case-text")).toHaveProperty("value", "");
});

it("nothing is said to be read any more once the site has said that it can't", () => {
  render(<OwnCases />);
  expect(screen.getByText("正在读取案件…")).toBeDefined();
  Line.latest.says({ type: "refused", code: "agents.cases_unreachable", en: "Later.", zh: "请稍后再试。" });
  act(() => dispatch({ type: "dismiss" }));
  expect(screen.queryByText("正在读取案件…")).toBeNull();
});
