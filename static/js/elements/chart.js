// <x-chart>: a picture, the same figures as a table, and one button between them.
import { XElement, define } from "./element.js";

class Chart extends XElement {
  connect(signal) {
    const toggle = this.querySelector("[data-toggle]");
    toggle?.addEventListener("click", () => {
      const table = this.querySelector("[data-table]");
      const show = table.hidden;
      table.hidden = !show;
      this.querySelector("[data-picture]").hidden = show;
      toggle.setAttribute("aria-pressed", String(show));
      toggle.textContent = show ? toggle.dataset.hide : toggle.dataset.show;
    }, { signal });
  }
}

define("x-chart", Chart);
