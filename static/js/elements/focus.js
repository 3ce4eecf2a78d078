// <x-focus>: puts the focus on its first child when it appears, on a page or after a swap: the summary of errors, a new heading.
import { XElement, define } from "./element.js";

class Focus extends XElement {
  connect() {
    const child = this.firstElementChild;
    if (!child) return;
    if (!child.hasAttribute("tabindex")) child.tabIndex = -1;
    requestAnimationFrame(() => child.focus());
  }
}

define("x-focus", Focus);
