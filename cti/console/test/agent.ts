import type { Snapshot } from "../src/api/words";

/** Of a caller who is offered. */
export const context = {
  contact: "c1", caller: "13800138000", caller_name: "", called: "95500", site: "sh", queue: "claims", queue_title_zh: "报案", queue_title_en: "Claims",
  language: "zh", waited_ms: 0, path: [], collected: {}, customer_pending: false, callback: false, customer: null,
};

/** An agent who is free. */
export const snapshot: Snapshot = {
  agent: "1001", name: "王芳", site: "sh", status: "available", reason: null, next_status: null, state: "idle", since_ms: 0, offer: null,
  wrap_up: null, queues: [],
};
