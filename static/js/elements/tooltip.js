// <x-tooltip> around a control and its .tip: shown on hover and focus by the style sheet; Escape puts it away (WCAG 1.4.13).
import { XElement, define } from "./element.js";

class Tooltip extends XElement {
  connect(signal) {
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.dataset.off = "";
    }, { signal });
    for (const name of ["mouseleave", "focusout"]) this.addEventListener(name, () => delete this.dataset.off, { signal });
  }
}

define("x-tooltip", Tooltip);
