// <x-theme> around the form that posts the theme: shows the choice at once, keeps it on this device, and tells the server.
// A button with value "toggle" turns to the other of light and dark.
import { XElement, csrfToken, define } from "./element.js";

class Theme extends XElement {
  connect(signal) {
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      const value = event.submitter?.value;
      if (!value) return;
      event.preventDefault();
      const theme = value === "toggle" ? opposite() : value;
      apply(theme);
      const body = new FormData(form);
      body.set("theme", theme);
      fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" } });
      this.emit("x-theme", { theme });
    }, { signal });
    mark(document.documentElement.dataset.theme || "system");
  }
}

const opposite = () => (getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) ? "light" : "dark");

function apply(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") delete localStorage.theme;
    else localStorage.theme = theme;
  } catch {
    // storage is closed to us: the server still keeps it
  }
  mark(theme);
}

function mark(theme) {
  for (const button of document.querySelectorAll("x-theme button[aria-pressed]")) button.setAttribute("aria-pressed", String(button.value === theme));
}

define("x-theme", Theme);
