// <x-busy> once a page: marks the button that started a request as busy after 300 ms, and stops a form from being sent twice.
import { XElement, define } from "./element.js";

const DELAY = 300;

class Busy extends XElement {
  #timers = new WeakMap();

  connect(signal) {
    document.addEventListener("submit", (event) => this.#submitted(event), { signal });
    document.addEventListener("htmx:before:request", (event) => this.#start(trigger(event)), { signal });
    document.addEventListener("htmx:finally:request", (event) => this.#stop(trigger(event)), { signal });
    addEventListener("pageshow", () => this.#release(), { signal });
  }

  #submitted(event) {
    const form = event.target;
    if (event.defaultPrevented || isHtmx(form) || form.target === "_blank" || form.method === "dialog") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    this.#start(event.submitter);
    if (form.hasAttribute("data-download")) setTimeout(() => this.#release(form), 1500);
  }

  #start(element) {
    const button = buttonOf(element);
    if (!button || this.#timers.has(button)) return;
    this.#timers.set(button, setTimeout(() => button.setAttribute("aria-busy", "true"), DELAY));
  }

  #stop(element) {
    const button = buttonOf(element);
    if (!button) return;
    clearTimeout(this.#timers.get(button));
    this.#timers.delete(button);
    button.removeAttribute("aria-busy");
  }

  #release(root = document) {
    for (const form of root.matches?.("form") ? [root] : root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of root.querySelectorAll("[aria-busy=true]")) this.#stop(button);
  }
}

const trigger = (event) => event.detail?.ctx?.sourceElement;
const isHtmx = (form) => form.matches("[hx-post],[hx-get],[hx-put],[hx-patch],[hx-delete],[hx-action]");

function buttonOf(element) {
  if (element?.matches?.("form")) return element.querySelector("button[type=submit].primary, button.primary:not([type=button])");
  return element?.closest?.(".btn, .menu button");
}

define("x-busy", Busy);
