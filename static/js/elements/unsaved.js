// <x-unsaved> around a form: leaving the page with changes asks first (the browser's own question). Sending, and x-saved, settle it.
import { XElement, define } from "./element.js";

class Unsaved extends XElement {
  #dirty = false;

  connect(signal) {
    this.addEventListener("input", () => { this.#dirty = true; }, { signal });
    for (const name of ["submit", "x-saved"]) this.addEventListener(name, () => { this.#dirty = false; }, { signal });
    addEventListener("beforeunload", (event) => {
      if (this.#dirty) event.preventDefault();
    }, { signal });
  }
}

define("x-unsaved", Unsaved);
