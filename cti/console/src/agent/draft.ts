// What was written in a wrap-up survives a reload of the page, not the end of the tab.
import { tabStorage } from "../kit/tabStorage";

export interface Draft {
  readonly code: string;
  readonly note: string;
}

const nothing: Draft = { code: "", note: "" };
const PREFIX = "hotline.draft.";

export function loadDraft(contact: string): Draft {
  try {
    const { code, note } = JSON.parse(tabStorage()?.getItem(PREFIX + contact) ?? "{}") as Partial<Draft>;
    return { code: typeof code === "string" ? code : "", note: typeof note === "string" ? note : "" };
  } catch {
    return nothing;
  }
}

/** Keeps one draft; those of earlier contacts go. */
export function keepDraft(contact: string, draft: Draft): void {
  const storage = tabStorage();
  for (const key of Object.keys(storage ?? {})) {
    if (key.startsWith(PREFIX) && key !== PREFIX + contact) storage?.removeItem(key);
  }
  storage?.setItem(PREFIX + contact, JSON.stringify(draft));
}
