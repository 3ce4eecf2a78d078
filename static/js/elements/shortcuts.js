// <x-shortcuts data-dialog="shortcuts">: `g` then a letter goes to the link with data-key="g r"; `?` lists them; a switch turns all
// of it off on this device (WCAG 2.1.4). Keys typed into fields are never taken.
import { XElement, define } from "./element.js";

class Shortcuts extends XElement {
  #first = "";
  #timer;

  connect(signal) {
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    const off = this.#switch();
    if (!off) return;
    off.checked = enabled();
    off.addEventListener("change", () => store(off.checked), { signal });
  }

  #switch() {
    return document.getElementById(this.dataset.dialog)?.querySelector("input[data-shortcuts-on]");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !enabled()) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable=true], .cm-editor, dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      document.querySelector(`[data-open="${CSS.escape(this.dataset.dialog ?? "")}"]`)?.click();
      return;
    }
    const keys = this.#first ? `${this.#first} ${event.key}` : event.key;
    const target = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
    clearTimeout(this.#timer);
    this.#first = "";
    if (target) {
      event.preventDefault();
      target.click();
    } else if (event.key === "g") {
      this.#first = "g";
      this.#timer = setTimeout(() => { this.#first = ""; }, 1200);
    }
  }
}

function enabled() {
  try {
    return localStorage.shortcuts !== "off";
  } catch {
    return true;
  }
}

function store(on) {
  try {
    if (on) delete localStorage.shortcuts;
    else localStorage.shortcuts = "off";
  } catch {
    // storage is closed to us: the choice holds for this page
  }
}

define("x-shortcuts", Shortcuts);
