import { act } from "@testing-library/react";
import type { FromDesktop, FromSite } from "../src/api/words";

/** The site's end of the line. */
export class Line {
  static latest: Line;
  static readonly OPEN = 1;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: FromDesktop[] = [];
  private n = 0;

  constructor() {
    Line.latest = this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {}

  says(message: FromSite): void {
    act(() => this.onmessage?.({ data: JSON.stringify({ ...message, n: ++this.n }) }));
  }

  get last(): FromDesktop | undefined {
    return this.sent.at(-1);
  }
}
