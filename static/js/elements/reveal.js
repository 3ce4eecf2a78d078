// <x-reveal> around a password field and its eye button; the button's name says what it will do.
import { XElement, define } from "./element.js";

class Reveal extends XElement {
  connect(signal) {
    const input = this.querySelector("input");
    const button = this.querySelector("button");
    if (!input || !button) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      button.setAttribute("aria-label", show ? button.dataset.hide : button.dataset.show);
    }, { signal });
  }
}

define("x-reveal", Reveal);
