// <x-copy data-text="…" | data-from="#id" data-done="Copied">: copies, says so on its button for two seconds.
import { XElement, define } from "./element.js";

class Copy extends XElement {
  connect(signal) {
    const button = this.querySelector("button");
    button?.addEventListener("click", async () => {
      const source = this.dataset.from && document.querySelector(this.dataset.from);
      const text = this.dataset.text ?? source?.value ?? source?.textContent ?? "";
      if (!(await write(text.trim()))) return;
      const place = button.querySelector("[data-label]") ?? button;
      const before = place.textContent;
      place.textContent = this.dataset.done || before;
      this.emit("x-copied");
      setTimeout(() => { place.textContent = before; }, 2000);
    }, { signal });
  }
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on plain http: let the browser copy a selection.
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

define("x-copy", Copy);
