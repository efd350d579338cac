import { useEffect, useEffectEvent } from "react";
import { type Action, type Screen, actionOf, keyOf } from "./shortcuts";

/** Keys do what `actionOf` says, wherever the focus is. */
export function useShortcuts(screen: Screen, act: (action: Action) => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const action = actionOf(keyOf(event), screen);
    if (!action) return;
    event.preventDefault();
    act(action);
  });
  useEffect(() => {
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
