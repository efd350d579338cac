// A window that is covered, or about to be hidden, may stop painting: nobody should wait for it longer than this.
const AT_MOST_MS = 100;

/** Calls back once what was just drawn is on the screen; at once in a hidden tab, where nothing is ever painted. */
export function afterPaint(callback: () => void): void {
  if (document.hidden) return callback();
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    callback();
  };
  const timer = setTimeout(once, AT_MOST_MS);
  requestAnimationFrame(() => requestAnimationFrame(once));
}
