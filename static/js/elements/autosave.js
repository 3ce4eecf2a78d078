// <x-autosave data-url data-saving data-saved="Saved {time}" data-failed data-state="#id"> around a form: keeps the draft a moment
// after the last key. Emits x-saved and x-save-failed. The server answers 2xx; anything else keeps the form dirty and says so.
import { XElement, clock, csrfToken, define, fill } from "./element.js";

class Autosave extends XElement {
  #timer;
  #running;
  #dirty = false;

  connect(signal) {
    this.addEventListener("input", () => this.#later(), { signal });
    this.addEventListener("change", () => this.#later(), { signal });
    addEventListener("pagehide", () => this.#dirty && this.save(true), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  get form() {
    return this.querySelector("form");
  }

  #later() {
    this.#dirty = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), Number(this.dataset.delay || 800));
  }

  async save(leaving = false) {
    if (!this.form) return;
    this.#running?.abort();
    this.#running = new AbortController();
    this.#dirty = false;
    this.#say(this.dataset.saving);
    try {
      const response = await fetch(this.dataset.url || this.form.action, {
        method: "POST",
        body: new FormData(this.form),
        headers: { "X-CSRFToken": csrfToken(), "X-Autosave": "1" },
        keepalive: leaving,
        signal: leaving ? undefined : this.#running.signal,
      });
      if (!response.ok) throw new Error(String(response.status));
      this.#say(fill(this.dataset.saved, { time: clock() }));
      this.emit("x-saved");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#dirty = true;
      this.#say(this.dataset.failed, true);
      this.emit("x-save-failed");
    }
  }

  #say(text, failed = false) {
    const place = document.querySelector(this.dataset.state);
    if (!place) return;
    place.textContent = text ?? "";
    place.classList.toggle("c-bad", failed);
  }
}

define("x-autosave", Autosave);
