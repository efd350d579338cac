// The few icons we need, drawn on a 24-unit grid. Decoration only: what they mean is always written beside or in a label.
const PATHS = {
  phone: "M6.6 3.5 9 3a1 1 0 0 1 1.1.6l1.2 2.9a1 1 0 0 1-.3 1.2L9.4 9a12 12 0 0 0 5.6 5.6l1.3-1.6a1 1 0 0 1 1.2-.3l2.9 1.2a1 1 0 0 1 .6 1.1l-.5 2.4a2 2 0 0 1-2 1.6A15.5 15.5 0 0 1 5 5.5a2 2 0 0 1 1.6-2Z",
  hangUp: "M3.5 14.7c4.7-4.6 12.3-4.6 17 0 .5.5.5 1.3.1 1.8l-1.3 1.5a1 1 0 0 1-1.2.2l-2.7-1.4a1 1 0 0 1-.5-1.1l.3-1.4a12 12 0 0 0-6.4 0l.3 1.4a1 1 0 0 1-.5 1.1l-2.7 1.4a1 1 0 0 1-1.2-.2l-1.3-1.5c-.4-.5-.4-1.3.1-1.8Z",
  microphone: "M12 3.5a2.7 2.7 0 0 0-2.7 2.7v5a2.7 2.7 0 0 0 5.4 0v-5A2.7 2.7 0 0 0 12 3.5ZM6 11a6 6 0 0 0 12 0M12 17v3.5",
  muted: "M9.3 9V6.2a2.7 2.7 0 0 1 5.3-.7M14.7 11.2a2.7 2.7 0 0 1-4.3 2.2M6 11a6 6 0 0 0 9.3 5M18 11c0 .8-.2 1.6-.4 2.3M12 17v3.5M4 4l16 16",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M8 5.5v13l10-6.5-10-6.5Z",
  keypad: "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  keyboard: "M4 7h16a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 20 17H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 7ZM6.5 10.5h.01M10 10.5h.01M14 10.5h.01M17.5 10.5h.01M8 14h8",
  signOut: "M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M14.5 8l4 4-4 4M18.5 12H9.5",
  warning: "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01",
  cup: "M5 9h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4V9ZM16 10.5h1.5a2.5 2.5 0 0 1 0 5H16M8.5 3.5v2M12.5 3.5v2",
  headset: "M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 14a2 2 0 0 1 2-1H8v6H6.5a2 2 0 0 1-2-2v-3ZM19.5 14a2 2 0 0 0-2-1H16v6h1.5a2 2 0 0 0 2-2v-3Z",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  chevron: "M7 10l5 5 5-5",
  arrow: "M5 12h14M13 6l6 6-6 6",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set(["phone", "hangUp", "play"]);

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  const filled = FILLED.has(name);
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"}
      strokeWidth={name === "keypad" ? 2.6 : 1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
