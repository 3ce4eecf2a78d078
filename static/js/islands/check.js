// <x-check data-working data-too-big="… {limit}" data-max-bytes> around the form of "Check a document": the dropped file is hashed here,
// only its digest and length leave the browser. Fills input[name=sha256] and input[name=size_bytes], then sends the form.
import { size } from "../elements/dropzone.js";
import { XElement, define, fill } from "../elements/element.js";
import { sha256 } from "./sha256.js";

const LIMIT = 500_000_000;

class Check extends XElement {
  connect(signal) {
    this.addEventListener("x-files", (event) => this.#check(event.detail.files[0]), { signal });
  }

  async #check(file) {
    const state = this.querySelector("[data-check-state]");
    const say = (text) => { if (state) state.textContent = text ?? ""; };
    const limit = Number(this.dataset.maxBytes || LIMIT);
    if (file.size > limit) return say(fill(this.dataset.tooBig, { limit: size(limit) }));
    say(fill(this.dataset.working, { name: file.name }));
    const form = this.closest("form") ?? this.querySelector("form");
    form.elements.namedItem("sha256").value = await sha256(file);
    const length = form.elements.namedItem("size_bytes");
    if (length) length.value = String(file.size);
    for (const input of form.querySelectorAll("input[type=file]")) input.value = "";
    say("");
    form.requestSubmit();
  }
}

define("x-check", Check);
