// What a person who looks into a problem, or a test, can ask the page: `window.__hotline` in the browser's own tools.
import type { AudioStats } from "../voice/quality";

export interface Moment {
  readonly what: "offered" | "shown" | "ringing" | "answered" | "ended";
  readonly at: number; // milliseconds since 1970, with fractions
  readonly id: string; // the offer's, or the call's
}

export interface Diagnostics {
  readonly events: readonly Moment[];
  /** Null when there is no call. */
  callStats(): Promise<{ readonly audio: AudioStats } | null>;
}

declare global {
  interface Window {
    __hotline: Diagnostics;
  }
}

const MOST = 200;
const events: Moment[] = [];
let stats: () => Promise<AudioStats | null> = async () => null;

export function note(what: Moment["what"], id: string): void {
  events.push({ what, id, at: performance.timeOrigin + performance.now() });
  if (events.length > MOST) events.shift();
}

/** The page says where the figures of its call come from. */
export function expose(source: () => Promise<AudioStats | null>): void {
  stats = source;
  window.__hotline = {
    events,
    callStats: async () => {
      const audio = await stats();
      return audio && { audio };
    },
  };
}
