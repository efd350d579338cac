// What this browser remembers of its user. Never a password.
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Device } from "../api/words";

export interface Preferences {
  language: "zh" | "en";
  mode: "system" | "light" | "dark";
  agent: string;
  device: Device;
  agentsUrl: string; // the site that served this agent last
  caller: string; // the number the web phone says to have
  callSite: string;
}

const initial: Preferences = {
  language: navigator.language.startsWith("zh") ? "zh" : "en",
  mode: "system",
  agent: "",
  device: "browser",
  agentsUrl: "",
  caller: "13800138000",
  callSite: "",
};

// The key and the shape are also read by public/before-paint.js.
export const usePreferences = create<Preferences>()(persist(() => initial, { name: "hotline.preferences", version: 1 }));

export function remember(change: Partial<Preferences>): void {
  usePreferences.setState(change);
}
