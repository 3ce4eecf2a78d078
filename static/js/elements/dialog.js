// <x-dialog><dialog id="x" class="dialog|drawer">: opened by any [data-open="x"], by the address (#x), or at once with data-show;
// closed by [data-close] inside, by a click beside it, by the server's x-close event. Focus goes to the first field and back.
import { XElement, define } from "./element.js";

class Dialog extends XElement {
  #opener;

  connect(signal) {
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    document.addEventListener("click", (event) => {
      const opener = event.target.closest?.(`[data-open="${CSS.escape(dialog.id)}"]`);
      if (!opener) return;
      event.preventDefault();
      this.open(dialog, opener);
    }, { signal });
    dialog.addEventListener("click", (event) => {
      const beside = event.target === dialog && !this.hasAttribute("data-sticky") && outside(dialog, event);
      if (beside || event.target.closest("[data-close]")) dialog.close();
    }, { signal });
    dialog.addEventListener("close", () => this.#closed(dialog), { signal });
    document.addEventListener("x-close", (event) => {
      if (!event.detail?.value || event.detail.value === dialog.id) dialog.close();
    }, { signal });
    addEventListener("hashchange", () => this.#byAddress(dialog), { signal });
    if (this.hasAttribute("data-show")) this.open(dialog);
    else this.#byAddress(dialog);
  }

  open(dialog, opener) {
    if (dialog.open) return;
    this.#opener = opener?.closest("[popover]") ? document.querySelector(`[popovertarget="${opener.closest("[popover]").id}"]`) : opener;
    opener?.closest("[popover]")?.hidePopover();
    dialog.showModal();
    (dialog.querySelector("[autofocus], .body :is(input:not([type=hidden]), select, textarea):enabled") ?? dialog.querySelector("[data-close]") ?? dialog).focus();
    this.emit("x-opened");
  }

  #closed(dialog) {
    if (location.hash === `#${dialog.id}`) history.replaceState(history.state, "", location.pathname + location.search);
    if (this.#opener?.isConnected) this.#opener.focus();
    this.emit("x-closed");
  }

  #byAddress(dialog) {
    if (dialog.id && location.hash === `#${dialog.id}`) this.open(dialog);
  }
}

function outside(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

define("x-dialog", Dialog);
