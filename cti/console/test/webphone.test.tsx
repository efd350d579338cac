import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import { usePreferences } from "../src/app/preferences";
import { hangUp, useWebPhone } from "../src/webphone/useWebPhone";
import WebPhonePage from "../src/webphone/WebPhonePage";
import type { OutgoingListener } from "../src/voice/outgoingCall";

/** A call that is answered when told to. */
const calls = vi.hoisted(() => [] as { listener: OutgoingListener; hangUp: () => void }[]);

vi.mock("../src/voice/outgoingCall", () => ({
  OutgoingCall: class {
    microphone = null;
    hangUp = vi.fn(() => this.listener.ended(null));

    constructor(_account: unknown, _speaker: unknown, readonly listener: OutgoingListener) {
      calls.push(this);
    }

    async dial() {}
  },
}));

const sites = { hotline: "95500", sites: [{ name: "sh", title: "Shanghai", agents_url: "ws://sh/agents", ready: true }] };

beforeEach(() => {
  calls.length = 0;
  vi.stubGlobal("AudioContext", class { resume() {} });
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} }); // jsdom has no layout
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("fetch", async (url: URL) => Response.json(url.pathname === "/api/v1/webphone" ? {} : sites));
  usePreferences.setState({ language: "en" });
  useWebPhone.setState({ stage: "idle" });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const show = () => render(<QueryClientProvider client={new QueryClient()}><WebPhonePage /></QueryClientProvider>);

it("a call ends with the page, on which alone it could be hung up", async () => {
  const { unmount } = show();
  await screen.findByText("Call 95500");
  await userEvent.click(screen.getByTestId("call"));
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  act(() => calls[0]?.listener.talking());
  expect(screen.getByTestId("call-state").textContent).toBe("Connected");
  unmount(); // the link to the first page
  expect(calls[0]?.hangUp).toHaveBeenCalledOnce();
});

it("a page that is left without a call says nothing of a call that ended", () => {
  hangUp();
  expect(useWebPhone.getState().stage).toBe("idle");
});
