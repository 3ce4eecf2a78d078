// <x-table-select data-total="1197"> around a form with a table: one tick for all shown rows, shift for a range, and a bar that takes
// the footer's place: "{n} selected", "Select all 1,197 that match", the actions. Emits x-selection {count, matching}.
import { XElement, define, fill, number } from "./element.js";

class TableSelect extends XElement {
  #last = -1;
  #matching = false;

  connect(signal) {
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-all]")) this.#all(event.target.checked);
      if (event.target.matches("[data-all], .pick input")) this.#show();
    }, { signal });
    this.#show();
  }

  get #boxes() {
    return [...this.querySelectorAll("tbody .pick input[type=checkbox]:enabled")];
  }

  #click(event) {
    if (event.target.closest("[data-matching-all]")) {
      this.#matching = true;
      this.#all(true);
      this.#show(true);
    } else if (event.target.closest("[data-clear]")) {
      this.#all(false);
      this.#show();
      this.querySelector("[data-all]")?.focus();
    } else if (event.target.matches("tbody .pick input")) {
      const boxes = this.#boxes;
      const at = boxes.indexOf(event.target);
      if (event.shiftKey && this.#last >= 0) {
        const [from, to] = [Math.min(at, this.#last), Math.max(at, this.#last)];
        for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
      }
      this.#last = at;
    }
  }

  #all(on) {
    for (const box of this.#boxes) box.checked = on;
  }

  #show(keep = false) {
    const boxes = this.#boxes;
    const picked = boxes.filter((box) => box.checked).length;
    if (!keep) this.#matching = false;
    const total = Number(this.dataset.total || boxes.length);
    const all = this.querySelector("[data-all]");
    if (all) {
      all.checked = picked > 0 && picked === boxes.length;
      all.indeterminate = picked > 0 && picked < boxes.length;
    }
    const field = this.querySelector("[data-matching-field]");
    if (field) field.value = this.#matching ? "1" : "";
    const bar = this.querySelector(".bulk");
    if (!bar) return;
    bar.hidden = picked === 0;
    this.toggleAttribute("data-on", picked > 0);
    const count = this.#matching ? total : picked;
    const words = bar.querySelector("[data-count]");
    if (words) words.textContent = fill(count === 1 ? words.dataset.one : words.dataset.many, { n: number(count) });
    const more = bar.querySelector("[data-matching-all]");
    if (more) more.hidden = this.#matching || picked < boxes.length || total <= boxes.length;
    this.emit("x-selection", { count, matching: this.#matching });
  }
}

define("x-table-select", TableSelect);
