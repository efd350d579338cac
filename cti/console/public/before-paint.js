// Runs before the first paint, so that a dark screen never flashes white. A file of its own: the page's policy forbids inline scripts.
(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("hotline.preferences")).state;
  } catch {
    // None yet, or unreadable: the page starts with its own.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.mode = chosen.mode === "light" || chosen.mode === "dark" ? chosen.mode : system;
})();
