// <x-menu class="menu" id popover> under a button with popovertarget: arrow keys move, #id in the address opens it,
// and where the browser has no anchor positioning it is placed here.
import { XElement, define } from "./element.js";

const ANCHORED = CSS.supports("position-area: block-end span-inline-start");

class Menu extends XElement {
  connect(signal) {
    if (!this.popover) return;
    const buttons = document.querySelectorAll(`[popovertarget="${CSS.escape(this.id)}"]`);
    for (const button of buttons) button.setAttribute("aria-expanded", "false");
    this.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      for (const button of buttons) button.setAttribute("aria-expanded", String(open));
      if (open && !ANCHORED) this.#place(visible(buttons));
      if (open && visible(buttons)?.matches(":focus-visible")) this.#items()[0]?.focus();
    }, { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-keep]")) return;
      if (event.target.closest("a, button")) this.hidePopover();
    }, { signal });
    if (location.hash === `#${this.id}`) this.showPopover({ source: visible(buttons) });
  }

  #items() {
    return [...this.querySelectorAll("a, button, input, select")].filter((item) => item.checkVisibility() && !item.disabled);
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Home" && event.key !== "End") return;
    if (event.target.matches("select, input")) return;
    event.preventDefault();
    const items = this.#items();
    const at = items.indexOf(document.activeElement);
    const to = event.key === "Home" ? 0 : event.key === "End" ? items.length - 1 : (at + step + items.length) % items.length;
    items[to]?.focus();
  }

  #place(button) {
    if (!button) return;
    const box = button.getBoundingClientRect();
    this.dataset.placed = "";
    const ltr = getComputedStyle(this).direction === "ltr";
    const atStart = this.classList.contains("start") === ltr;
    const left = atStart ? box.left : box.right - this.offsetWidth;
    const below = box.bottom + 6 + this.offsetHeight <= innerHeight;
    this.style.left = `${Math.max(8, Math.min(left, innerWidth - this.offsetWidth - 8))}px`;
    this.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - 6 - this.offsetHeight)}px`;
  }
}

const visible = (buttons) => [...buttons].find((button) => button.checkVisibility());

define("x-menu", Menu);
