import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import "../src/i18n";
import { SoundCheck } from "../src/agent/SoundCheck";

/** What the browser's question about the microphone is answered with, and when. */
let asked: { allow(): Promise<void>; stop: ReturnType<typeof vi.fn> }[] = [];

const getUserMedia = () => {
  const stop = vi.fn();
  const stream = { getTracks: () => [{ stop }], getAudioTracks: () => [] } as unknown as MediaStream;
  return new Promise<MediaStream>((resolve) => {
    asked.push({ stop, allow: async () => resolve(stream) });
  });
};

const open = () => asked.filter(({ stop }) => stop.mock.calls.length === 0);

beforeEach(() => {
  asked = [];
  vi.stubGlobal("AudioContext", class { resume() {} });
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
});

afterEach(() => {
  cleanup();
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const press = () => fireEvent.click(screen.getByTestId("check-microphone"));
const allowAll = () => act(async () => void (await Promise.all(asked.map(({ allow }) => allow()))));

it("the test of the microphone shows its level, and closes it when stopped", async () => {
  render(<SoundCheck />);
  press();
  await allowAll();
  expect(screen.getByTestId("check-level")).toBeDefined();
  press();
  expect(screen.queryByTestId("check-level")).toBeNull();
  await act(async () => undefined);
  expect(open()).toEqual([]);
});

it("a microphone that is allowed after the page has gone on is closed at once", async () => {
  const { unmount } = render(<SoundCheck />);
  press();
  unmount(); // signed in before the question was answered
  await allowAll();
  expect(asked).toHaveLength(1);
  expect(open()).toEqual([]);
});

it("two quick presses leave no microphone open", async () => {
  vi.useFakeTimers();
  render(<SoundCheck />);
  press();
  press();
  await allowAll();
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(asked).not.toEqual([]);
  expect(open()).toEqual([]);
});
