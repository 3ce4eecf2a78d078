// Runs before the first paint. The server has set data-theme for whoever chose one; this fills in a choice kept on this device only.
(() => {
  const root = document.documentElement;
  try {
    if (!root.dataset.theme && ["light", "dark"].includes(localStorage.theme)) root.dataset.theme = localStorage.theme;
  } catch {
    // storage is closed to us: the system's theme stands
  }
})();
