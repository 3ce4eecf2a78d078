// <x-submit> around a form's filters: a changed select or tick sends the form at once, typing after a pause. The button stays for
// those without scripts and is hidden here.
import { XElement, define } from "./element.js";

class Submit extends XElement {
  connect(signal) {
    const form = this.closest("form") ?? this.querySelector("form");
    if (!form) return;
    for (const button of this.querySelectorAll("[data-noscript]")) button.hidden = true;
    let timer;
    this.addEventListener("change", () => {
      clearTimeout(timer);
      form.requestSubmit();
    }, { signal });
    this.addEventListener("input", (event) => {
      if (!event.target.matches("input[type=search], input[type=text]")) return;
      clearTimeout(timer);
      timer = setTimeout(() => form.requestSubmit(), 400);
    }, { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
  }
}

define("x-submit", Submit);
