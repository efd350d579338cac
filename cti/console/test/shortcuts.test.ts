import { describe, expect, it } from "vitest";
import { type Key, type Screen, actionOf, digitOf, keyOf } from "../src/agent/shortcuts";

const key = (code: string, change: Partial<Key> = {}): Key => ({
  code, shift: false, modified: false, composing: false, repeated: false, focus: "nothing", ...change,
});
const screen = (stage: Screen["stage"], change: Partial<Screen> = {}): Screen => ({ stage, keypad: false, picking: false, ...change });

describe("shortcuts", () => {
  it.each([
    ["Enter", "offered", { type: "answer" }],
    ["NumpadEnter", "offered", { type: "answer" }],
    ["KeyX", "offered", { type: "decline" }],
    ["KeyM", "talking", { type: "mute" }],
    ["KeyH", "talking", { type: "hold" }],
    ["KeyK", "talking", { type: "keypad" }],
    ["KeyB", "talking", { type: "break" }],
    ["Digit3", "wrap_up", { type: "pick", index: 2 }],
    ["Numpad9", "wrap_up", { type: "pick", index: 8 }],
    ["KeyN", "wrap_up", { type: "note" }],
    ["KeyC", "talking", { type: "cases" }],
    ["KeyC", "wrap_up", { type: "cases" }],
    ["KeyC", "idle", { type: "cases" }],
    ["Enter", "wrap_up", { type: "save" }],
    ["KeyR", "idle", { type: "ready" }],
    ["Escape", "idle", { type: "close" }],
  ] as const)("%s does its work when %s", (code, stage, action) => {
    expect(actionOf(key(code), screen(stage))).toEqual(action);
  });

  it("never hangs up or declines by a single letter typed in a conversation", () => {
    expect(actionOf(key("KeyX"), screen("talking"))).toBeNull();
    expect(actionOf(key("KeyX", { shift: true }), screen("talking"))).toEqual({ type: "hang_up" });
  });

  it("rests while an input method composes, with modifiers, and when a key repeats", () => {
    for (const change of [{ composing: true }, { modified: true }, { repeated: true }]) {
      expect(actionOf(key("Enter", change), screen("offered"))).toBeNull();
    }
  });

  it("leaves Enter to a focused button", () => {
    expect(actionOf(key("Enter", { focus: "control" }), screen("offered"))).toBeNull();
    expect(actionOf(key("KeyX", { focus: "control" }), screen("offered"))).toEqual({ type: "decline" });
  });

  it("lets the note have its text, but for Enter and Escape", () => {
    const typing = { focus: "text" } as const;
    expect(actionOf(key("Digit1", typing), screen("wrap_up"))).toBeNull();
    expect(actionOf(key("Enter", typing), screen("wrap_up"))).toEqual({ type: "save" });
    expect(actionOf(key("Enter", { ...typing, shift: true }), screen("wrap_up"))).toBeNull();
    expect(actionOf(key("Escape", typing), screen("wrap_up"))).toEqual({ type: "close" });
  });

  it("leaves a form all its keys", () => {
    for (const code of ["Enter", "Escape", "KeyC", "Digit1"]) expect(actionOf(key(code, { focus: "form" }), screen("wrap_up"))).toBeNull();
  });

  it("sends digits only while the keypad is open", () => {
    expect(actionOf(key("Digit5"), screen("talking"))).toBeNull();
    expect(actionOf(key("Digit5"), screen("talking", { keypad: true }))).toEqual({ type: "digit", digit: "5" });
    expect(actionOf(key("Digit3", { shift: true }), screen("talking", { keypad: true }))).toEqual({ type: "digit", digit: "#" });
  });

  it("picks a reason for a break only while they are listed", () => {
    expect(actionOf(key("Digit2"), screen("idle"))).toBeNull();
    expect(actionOf(key("Digit2"), screen("idle", { picking: true }))).toEqual({ type: "pick", index: 1 });
  });

  it("knows the telephone's twelve keys", () => {
    expect(digitOf({ code: "Digit8", shift: true })).toBe("*");
    expect(digitOf({ code: "NumpadMultiply", shift: false })).toBe("*");
    expect(digitOf({ code: "Digit0", shift: false })).toBe("0");
    expect(digitOf({ code: "KeyA", shift: false })).toBeNull();
  });

  it("tells text fields from radio buttons and buttons", () => {
    const focusOf = (html: string) => {
      document.body.innerHTML = html;
      const event = new KeyboardEvent("keydown", { code: "KeyA" });
      document.querySelector("input, textarea, button, p")?.dispatchEvent(event);
      return keyOf(event).focus;
    };
    expect(focusOf("<input>")).toBe("text");
    expect(focusOf("<textarea></textarea>")).toBe("text");
    expect(focusOf('<input type="radio">')).toBe("nothing");
    expect(focusOf("<button></button>")).toBe("control");
    expect(focusOf("<p></p>")).toBe("nothing");
    expect(focusOf("<form><input type='radio'></form>")).toBe("form");
  });
});
