// <x-dropzone data-names="{name}, {size}"> around label.drop with a file input: files may be dropped, the chosen ones are named.
// Emits x-files {files}. Without scripts the input does all of it.
import { XElement, define, fill, number } from "./element.js";

class Dropzone extends XElement {
  connect(signal) {
    const zone = this.querySelector(".drop") ?? this;
    const input = this.querySelector("input[type=file]");
    if (!input) return;
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.dataset.over = "";
      }, { signal });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => delete zone.dataset.over, { signal });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = event.dataTransfer?.files;
      if (!files?.length || input.disabled) return;
      const kept = new DataTransfer();
      for (const file of input.multiple ? files : [files[0]]) kept.items.add(file);
      input.files = kept.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }, { signal });
    input.addEventListener("change", () => {
      this.#name(input.files);
      if (input.files.length) this.emit("x-files", { files: [...input.files] });
    }, { signal });
  }

  #name(files) {
    const place = this.querySelector("[data-chosen]");
    if (!place) return;
    place.textContent = [...files].map((file) => fill(this.dataset.names || "{name}, {size}", { name: file.name, size: size(file.size) })).join(" · ");
    place.hidden = !files.length;
  }
}

/** This will write a number of bytes as people do: 24.9 MB. */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let step = 0;
  let value = bytes;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${number(value, { maximumFractionDigits: step > 1 ? 1 : 0 })} ${units[step]}`;
}

define("x-dropzone", Dropzone);
