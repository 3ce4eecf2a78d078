// Base of our elements. `connect(signal)` adds listeners with the signal, so that leaving the page takes all of them away.

export class XElement extends HTMLElement {
  #end;

  connectedCallback() {
    this.#end?.abort();
    this.#end = new AbortController();
    // Children may not be parsed yet when the element is; a microtask is too early, the next frame is not.
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.isConnected && this.connect(this.#end.signal), { once: true, signal: this.#end.signal });
    } else {
      this.connect(this.#end.signal);
    }
  }

  disconnectedCallback() {
    this.#end?.abort();
  }

  connect(_signal) {}

  emit(name, detail = {}) {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  }
}

/** This will register an element once, also when the bundle is loaded twice. */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}

/** This will fill `{name}` places of a text that came through a data attribute. */
export function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** This will give the CSRF token that the page carries for requests made by scripts. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** This will show a toast from a script. */
export function toast(message, { level = "done", undoUrl = "" } = {}) {
  document.body.dispatchEvent(new CustomEvent("x-toast", { detail: { message, level, undo_url: undoUrl } }));
}

/** This will write a number in the page's language and region: 7412 but 12 000 in Spanish. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(document.documentElement.dataset.locale || document.documentElement.lang || "en", { useGrouping: "min2", ...options, ...(document.documentElement.lang.startsWith("es") ? {} : { useGrouping: true }) }).format(value);
}

/** This will write a clock time, hours and minutes. */
export function clock(date = new Date()) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.timeZone || undefined }).format(date);
}
