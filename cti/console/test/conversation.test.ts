import type { RTCSession } from "jssip/lib/RTCSession";
import { afterEach, expect, it } from "vitest";
import { Conversation } from "../src/voice/sip";

afterEach(() => {
  Reflect.deleteProperty(navigator, "mediaDevices");
});

/** Somebody is heard in it. */
function hear(conversation: Conversation, far: MediaStream): void {
  const connection = new EventTarget();
  conversation.follow({ connection, on() {} } as unknown as RTCSession);
  connection.dispatchEvent(Object.assign(new Event("track"), { streams: [far] }));
}

it("a call that was given up before its microphone was there leaves the next one's sound alone", async () => {
  const speaker = { srcObject: null, play: async () => undefined } as unknown as HTMLAudioElement;
  const open: (() => void)[] = [];
  const getUserMedia = () => new Promise((resolve) => open.push(() => resolve({ getTracks: () => [] })));
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });

  const first = new Conversation(speaker);
  const asked = first.options();
  first.close();
  const second = new Conversation(speaker);
  const far = {} as MediaStream;
  hear(second, far);
  open[0]?.();
  await asked;
  first.close(); // the microphone has come too late
  expect(speaker.srcObject).toBe(far);
  second.close();
  expect(speaker.srcObject).toBeNull();
});
