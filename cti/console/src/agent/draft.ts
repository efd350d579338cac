// What was written in a wrap-up survives a reload of the page, not the end of the tab.
export interface Draft {
  readonly code: string;
  readonly note: string;
}

const nothing: Draft = { code: "", note: "" };
const PREFIX = "hotline.draft.";

export function loadDraft(contact: string): Draft {
  try {
    const { code, note } = JSON.parse(sessionStorage.getItem(PREFIX + contact) ?? "{}") as Partial<Draft>;
    return { code: typeof code === "string" ? code : "", note: typeof note === "string" ? note : "" };
  } catch {
    return nothing;
  }
}

/** Keeps one draft; those of earlier contacts go. */
export function keepDraft(contact: string, draft: Draft): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && key !== PREFIX + contact) sessionStorage.removeItem(key);
  }
  sessionStorage.setItem(PREFIX + contact, JSON.stringify(draft));
}
