// <x-toast-region aria-live="polite">: shows what was just done. Toasts come from the page (Django's messages) or from an x-toast
// event (HX-Trigger: {"x-toast": {"target": "body", "toasts": [{"message", "level", "undo_url"}]}}). With Undo 10 s, else 6 s; a failure stays until it is closed.
import { XElement, csrfToken, define } from "./element.js";

const SECONDS = { undo: 10, done: 6 };

class ToastRegion extends XElement {
  connect(signal) {
    document.addEventListener("x-toast", (event) => {
      for (const toast of event.detail?.toasts ?? [event.detail]) this.show(toast);
    }, { signal });
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
    }, { signal });
    for (const toast of this.querySelectorAll(".toast")) this.#time(toast);
  }

  show({ message, level = "done", undo_url: undoUrl = "" }) {
    if (!message) return;
    const toast = this.querySelector("template").content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-message]").textContent = message;
    toast.dataset.level = level;
    for (const mark of toast.querySelectorAll("[data-for]")) if (mark.dataset.for !== level) mark.remove();
    const form = toast.querySelector("form");
    if (undoUrl) {
      form.action = undoUrl;
      form.querySelector("[name=csrfmiddlewaretoken]").value = csrfToken();
    } else {
      form.remove();
    }
    this.append(toast);
    while (this.querySelectorAll(".toast").length > 3) this.querySelector(".toast").remove();
    this.#time(toast);
  }

  #time(toast) {
    if (toast.dataset.level === "failed") return;
    const seconds = toast.querySelector("form") ? SECONDS.undo : SECONDS.done;
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), seconds * 1000); };
    const hold = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, hold);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
    start();
  }
}

define("x-toast-region", ToastRegion);
