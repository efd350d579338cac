import { useEffect, useEffectEvent, useRef } from "react";
import { type Action, type Screen, actionOf, keyOf } from "./shortcuts";

// A call that comes takes the text field away from under the fingers: a key so soon after another is still meant for the text.
const TYPING_MS = 600;

/** Keys do what `actionOf` says, wherever the focus is. */
export function useShortcuts(screen: Screen, act: (action: Action) => void): void {
  const typedAt = useRef(-Infinity);
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const key = keyOf(event);
    const now = performance.now();
    const goesOn = screen.stage === "offered" && now - typedAt.current < TYPING_MS;
    if (goesOn || key.focus === "text" || key.focus === "form") typedAt.current = now;
    if (goesOn) return event.preventDefault(); // nor may it press the button that has the focus now
    const action = actionOf(key, screen);
    if (!action) return;
    event.preventDefault();
    act(action);
  });
  useEffect(() => {
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
