// <x-combobox data-none="Nothing fits"> around a <select>: typing narrows the list. Without scripts the select stays what it is.
import { XElement, define } from "./element.js";

let serial = 0;

class Combobox extends XElement {
  #select;
  #input;
  #list;
  #active = -1;

  connect(signal) {
    this.#select = this.querySelector("select");
    if (!this.#select || this.#select.multiple) return;
    this.querySelectorAll("[data-made]").forEach((made) => made.remove());
    this.#build();
    this.#input.addEventListener("input", () => this.#open(this.#input.value), { signal });
    this.#input.addEventListener("click", () => this.#open(""), { signal });
    this.#input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#input.addEventListener("blur", () => this.#close(), { signal });
    this.#list.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.#list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")), { signal });
    this.#select.addEventListener("change", () => this.#show(), { signal });
  }

  #build() {
    const id = this.#select.id || `x-combobox-${++serial}`;
    this.#input = document.createElement("input");
    this.#list = document.createElement("div");
    for (const made of [this.#input, this.#list]) made.dataset.made = "";
    Object.assign(this.#input, { className: "input", type: "text", autocomplete: "off", spellcheck: false });
    for (const name of ["aria-describedby", "aria-invalid", "aria-label", "aria-labelledby"]) {
      if (this.#select.hasAttribute(name)) this.#input.setAttribute(name, this.#select.getAttribute(name));
    }
    this.#input.disabled = this.#select.disabled;
    this.#list.id = `${id}-options`;
    this.#list.className = "options";
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-autocomplete", "list"], ["aria-controls", this.#list.id]]) this.#input.setAttribute(name, value);
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    if (label) {
      label.id ||= `${id}-label`;
      label.htmlFor = this.#input.id = `${id}-input`;
      this.#list.setAttribute("aria-labelledby", label.id);
    } else {
      this.#list.setAttribute("aria-label", this.#input.getAttribute("aria-label") ?? "");
    }
    this.#select.hidden = true;
    this.append(this.#input, this.#list);
    this.#show();
  }

  #show() {
    this.#input.value = this.#select.selectedOptions[0]?.textContent.trim() ?? "";
  }

  #open(text) {
    const wanted = plain(text);
    const options = [...this.#select.options].filter((option) => !option.disabled && plain(option.textContent).includes(wanted));
    this.#list.replaceChildren(...options.map((option, index) => this.#item(option, index)));
    if (!options.length) {
      const none = document.createElement("p");
      none.className = "none";
      none.textContent = this.dataset.none ?? "";
      this.#list.append(none);
    }
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#move(options.findIndex((option) => option.selected));
  }

  #item(option, index) {
    const item = document.createElement("div");
    item.id = `${this.#list.id}-${index}`;
    item.dataset.value = option.value;
    item.textContent = option.textContent.trim();
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(option.selected));
    return item;
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#show();
  }

  #move(index) {
    const items = [...this.#list.querySelectorAll("[role=option]")];
    this.#active = Math.max(0, Math.min(index, items.length - 1));
    items.forEach((item, at) => item.toggleAttribute("data-active", at === this.#active));
    const item = items[this.#active];
    if (!item) return;
    this.#input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  #choose(item) {
    if (!item) return;
    this.#select.value = item.dataset.value;
    this.#select.dispatchEvent(new Event("input", { bubbles: true }));
    this.#select.dispatchEvent(new Event("change", { bubbles: true }));
    this.#close();
  }

  #key(event) {
    const open = !this.#list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.#open("");
      else this.#move(this.#active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      this.#choose(this.#list.querySelector("[data-active]"));
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    }
  }
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();

define("x-combobox", Combobox);
