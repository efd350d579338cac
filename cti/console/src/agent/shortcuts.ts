// PURE: which key does what. Physical keys (`event.code`), so that neither layout nor input method changes their meaning.
import type { Stage } from "./state";

export type Action =
  | { readonly type: "answer" | "decline" | "mute" | "hold" | "keypad" | "hang_up" | "note" | "save" | "ready" | "break" | "cases" | "help" | "close" }
  | { readonly type: "pick"; readonly index: number } // 0 is the first
  | { readonly type: "digit"; readonly digit: string };

export interface Key {
  readonly code: string;
  readonly shift: boolean;
  readonly modified: boolean; // Ctrl, Alt or the command key
  readonly composing: boolean; // an input method is at work
  readonly repeated: boolean;
  /** What has the focus: `text` takes every key, `control` takes Enter, a `form` sees to all of them itself. */
  readonly focus: "text" | "control" | "form" | "nothing";
}

/** What is on the screen. */
export interface Screen {
  readonly stage: Stage;
  readonly keypad: boolean;
  readonly picking: boolean; // the list of break reasons is open
}

const LETTERS: Readonly<Record<Stage, Readonly<Record<string, Action["type"]>>>> = {
  idle: { KeyR: "ready", KeyB: "break", KeyC: "cases" },
  offered: { KeyX: "decline" },
  talking: { KeyM: "mute", KeyH: "hold", KeyK: "keypad", KeyR: "ready", KeyB: "break", KeyC: "cases" },
  wrap_up: { KeyN: "note", KeyR: "ready", KeyB: "break", KeyC: "cases" },
};

export function actionOf(key: Key, screen: Screen): Action | null {
  if (key.composing || key.modified || key.repeated || key.focus === "form") return null;
  const enter = key.code === "Enter" || key.code === "NumpadEnter";
  if (key.focus === "text") return noteKey(key, screen, enter);
  if (key.code === "Slash" && key.shift) return { type: "help" };
  if (key.code === "Escape") return { type: "close" };
  if (enter) return key.focus === "control" ? null : enterKey(screen.stage);

  const digit = digitOf(key);
  if (digit && screen.keypad && screen.stage === "talking") return { type: "digit", digit };
  if (digit && /[1-9]/.test(digit) && (screen.picking || screen.stage === "wrap_up")) return { type: "pick", index: Number(digit) - 1 };

  if (key.shift) return key.code === "KeyX" && screen.stage === "talking" ? { type: "hang_up" } : null;
  const type = LETTERS[screen.stage][key.code];
  return type ? ({ type } as Action) : null;
}

/** In the note, Enter saves and Escape leaves; everything else is text. */
function noteKey(key: Key, screen: Screen, enter: boolean): Action | null {
  if (screen.stage !== "wrap_up") return null;
  if (enter && !key.shift) return { type: "save" };
  return key.code === "Escape" ? { type: "close" } : null;
}

function enterKey(stage: Stage): Action | null {
  if (stage === "offered") return { type: "answer" };
  return stage === "wrap_up" ? { type: "save" } : null;
}

/** A digit, * or # on the main block or the number pad. */
export function digitOf({ code, shift }: Pick<Key, "code" | "shift">): string | null {
  if (shift && code === "Digit8") return "*";
  if (shift && code === "Digit3") return "#";
  if (code === "NumpadMultiply") return "*";
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  return digit !== undefined && !shift ? digit : null;
}

/** The parts of a keyboard event that matter. */
export function keyOf(event: KeyboardEvent): Key {
  const target = event.target instanceof HTMLElement ? event.target : null;
  return {
    code: event.code,
    shift: event.shiftKey,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    composing: event.isComposing || event.keyCode === 229, // 229: some browsers report the key before the composition
    repeated: event.repeat,
    focus: focusOf(target),
  };
}

function focusOf(target: HTMLElement | null): Key["focus"] {
  if (!target) return "nothing";
  if (target.closest("form")) return "form";
  if (target instanceof HTMLInputElement) return ["radio", "checkbox"].includes(target.type) ? "nothing" : "text";
  if (target instanceof HTMLTextAreaElement || target.isContentEditable) return "text";
  return target.closest("button, a[href], [role=menuitem], [role=combobox]") ? "control" : "nothing";
}
