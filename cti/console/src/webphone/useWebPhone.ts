import { create } from "zustand";
import { read } from "../api/client";
import { note } from "../kit/diagnostics";
import { MicrophoneError } from "../voice/microphone";
import type { CallFailure, OutgoingCall } from "../voice/outgoingCall";
import type { AudioStats } from "../voice/quality";
import { allowSound } from "../voice/sounds";

interface WebPhoneState {
  readonly stage: "idle" | "calling" | "talking" | "ended";
  readonly since: number; // when the conversation began, or ended
  readonly lasted: number; // milliseconds of conversation, once ended
  readonly failure: CallFailure | null;
  readonly pressed: string;
  readonly muted: boolean;
  readonly microphone: MediaStream | null;
  readonly far: MediaStream | null;
}

const idle: WebPhoneState = {
  stage: "idle", since: 0, lasted: 0, failure: null, pressed: "", muted: false, microphone: null, far: null,
};

const speaker = new Audio();
speaker.autoplay = true;
let call: OutgoingCall | null = null;
// Counts calls, so that a late word of an earlier one is not taken for the present one's.
let number = 0;

export const useWebPhone = create<WebPhoneState>()(() => idle);
const set = (change: Partial<WebPhoneState>) => useWebPhone.setState(change);

export async function dial(site: string, caller: string): Promise<void> {
  const mine = ++number;
  allowSound();
  set({ ...idle, stage: "calling" });
  const now = <T extends unknown[]>(act: (...values: T) => void) => (...values: T) => mine === number && act(...values);
  const ended = now((failure: CallFailure | null) => {
    call = null;
    const { stage, since } = useWebPhone.getState();
    note("ended", String(mine));
    set({ stage: "ended", failure, lasted: stage === "talking" ? performance.now() - since : 0, microphone: null, far: null, muted: false });
  });
  try {
    const [account, { OutgoingCall }] = await Promise.all([read("/api/v1/webphone", { site }), import("../voice/outgoingCall")]);
    if (mine !== number) return;
    call = new OutgoingCall(account, speaker, {
      ringing: now(() => note("ringing", String(mine))),
      talking: now(() => {
        note("answered", String(mine));
        set({ stage: "talking", since: performance.now(), microphone: call?.microphone ?? null, far: speaker.srcObject as MediaStream | null });
      }),
      ended,
    });
    await call.dial(caller);
  } catch (error) {
    ended(error instanceof MicrophoneError ? error.reason : "unreachable");
  }
}

export function hangUp(): void {
  if (call) return call.hangUp();
  if (useWebPhone.getState().stage !== "calling") return;
  number += 1; // the account was still being fetched
  set({ stage: "ended", failure: null });
}

export function press(digit: string): void {
  if (useWebPhone.getState().stage !== "talking") return;
  call?.digit(digit);
  set({ pressed: (useWebPhone.getState().pressed + digit).slice(-40) });
}

export function toggleMute(): void {
  const muted = !useWebPhone.getState().muted;
  call?.mute(muted);
  set({ muted });
}

export const stats = async (): Promise<AudioStats | null> => call?.stats() ?? null;
