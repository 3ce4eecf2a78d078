// <x-table-select data-total="1197"> around a form with a table: one tick for all shown rows, shift for a range, and a bar that takes
// the footer's place: "{n} selected", "Select all 1,197 that match", the actions. Emits x-selection {count, matching}.
// A button data-for="retry" stands there only for boxes with data-can~="retry", and says how many they are: <span data-one data-many>.
// What is ticked stays ticked when the table is fetched again.
import { XElement, define, fill, number } from "./element.js";

class TableSelect extends XElement {
  #last = -1;
  #matching = false;
  #picked = new Set();

  connect(signal) {
    document.addEventListener("htmx:after:settle", () => this.#keep(), { signal });
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

  #keep() {
    for (const box of this.#boxes) box.checked = this.#picked.has(box.value);
    this.#show(this.#matching);
  }

  #offer(picked) {
    for (const button of this.querySelectorAll(".bulk [data-for]")) {
      const fitting = picked.filter((box) => (box.dataset.can ?? "").split(" ").includes(button.dataset.for)).length;
      const words = button.querySelector("[data-one]");
      button.hidden = fitting === 0;
      if (words && fitting) words.textContent = fill(fitting === 1 ? words.dataset.one : words.dataset.many, { n: number(fitting) });
    }
  }

  #all(on) {
    for (const box of this.#boxes) box.checked = on;
  }

  #show(keep = false) {
    const boxes = this.#boxes;
    const ticked = boxes.filter((box) => box.checked);
    const picked = ticked.length;
    this.#picked = new Set(ticked.map((box) => box.value));
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
    this.#offer(ticked);
    const clear = bar.querySelector("[data-clear]");
    if (clear) clear.hidden = false;
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
