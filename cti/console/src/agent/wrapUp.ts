import { useEffect, useState } from "react";
import type { Choice, WrapUpView } from "../api/words";
import { dispatch, useSession } from "./desk";
import { keepDraft, loadDraft } from "./draft";

export interface WrapUp {
  readonly code: string;
  readonly note: string;
  readonly then: Choice;
  readonly missing: boolean; // saved without a code
  pick(index: number): void;
  setCode(code: string): void;
  setNote(note: string): void;
  setThen(then: Choice): void;
  save(): void;
}

export const NOTE_ID = "wrap-up-note";

export function focusNote(): void {
  document.getElementById(NOTE_ID)?.focus();
}

/** The wrap-up being written. What was written is kept over a reload, and starts anew with each contact. */
export function useWrapUp(view: WrapUpView | null): WrapUp {
  const contact = view?.contact ?? "";
  const [written, write] = useState({ contact: "", code: "", note: "", then: "available" as Choice, missing: false });

  if (written.contact !== contact) {
    write({ contact, ...(contact ? loadDraft(contact) : { code: "", note: "" }), then: "available", missing: false });
  }
  useEffect(() => {
    if (contact && written.contact === contact) keepDraft(contact, { code: written.code, note: written.note });
  }, [contact, written]);

  // What the site knows to come next goes before what is saved here.
  const next = useSession((session) => session.me?.next_status);
  const told = next === "available" || next === "break";
  const then = told ? next : written.then;

  const change = (part: Partial<typeof written>) => write((before) => ({ ...before, ...part }));
  const setCode = (code: string) => change({ code, missing: false });
  return {
    ...written,
    then,
    setCode,
    pick: (index) => {
      const code = view?.codes[index]?.code;
      if (code) setCode(code);
    },
    setNote: (note) => change({ note }),
    setThen: (chosen) => {
      change({ then: chosen });
      if (told && chosen !== next) dispatch({ type: "set_status", status: chosen });
    },
    save: () => {
      if (written.code === "") return change({ missing: true });
      dispatch({ type: "save_wrap_up", code: written.code, note: written.note, then });
    },
  };
}
