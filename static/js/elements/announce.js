// <x-announce data-from="#progress-text" data-every="10">: a live region that says what changes elsewhere, at most every N seconds,
// at once when the watched element's data-state changes. The watched element may be swapped away and back.
import { XElement, define } from "./element.js";

class Announce extends XElement {
  #last = 0;
  #state;
  #said;

  connect(signal) {
    this.setAttribute("role", "status");
    this.#state = this.#source()?.dataset.state;
    this.#said = this.#source()?.textContent.trim();
    document.addEventListener("htmx:after:settle", () => this.#look(), { signal });
  }

  #source() {
    return document.querySelector(this.dataset.from);
  }

  #look() {
    const source = this.#source();
    if (!source) return;
    const text = source.textContent.trim().replace(/\s+/g, " ");
    const changed = source.dataset.state !== this.#state;
    const due = Date.now() - this.#last >= 1000 * Number(this.dataset.every || 10);
    if (text === this.#said || !(changed || due)) return;
    this.#state = source.dataset.state;
    this.#said = text;
    this.#last = Date.now();
    this.textContent = text;
  }
}

define("x-announce", Announce);
