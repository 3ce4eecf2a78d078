// <x-tabs data-param="tab"> around role=tablist and its panels: arrows, Home and End move; the chosen tab stands in the address.
import { XElement, define } from "./element.js";

class Tabs extends XElement {
  connect(signal) {
    this.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab && this.contains(tab)) this.select(tab);
    }, { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    const wanted = this.dataset.param && new URLSearchParams(location.search).get(this.dataset.param);
    const tab = this.#tabs().find((each) => each.dataset.value === wanted) ?? this.#tabs().find((each) => each.ariaSelected === "true") ?? this.#tabs()[0];
    if (tab) this.select(tab, true);
  }

  #tabs() {
    return [...this.querySelectorAll("[role=tab]")];
  }

  select(tab, quiet = false) {
    for (const each of this.#tabs()) {
      const on = each === tab;
      each.setAttribute("aria-selected", String(on));
      each.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(each.getAttribute("aria-controls"));
      // data-off leaves the hiding to the page's style sheet (panes that are tabs on phones only)
      if (panel && this.hasAttribute("data-soft")) panel.dataset.off = on ? "" : "1";
      else if (panel) panel.hidden = !on;
    }
    if (quiet) return;
    if (this.dataset.param && tab.dataset.value) {
      const url = new URL(location);
      url.searchParams.set(this.dataset.param, tab.dataset.value);
      history.replaceState(history.state, "", url);
    }
    this.emit("x-tab", { value: tab.dataset.value });
  }

  #key(event) {
    const tabs = this.#tabs();
    const at = tabs.indexOf(event.target);
    const forward = getComputedStyle(this).direction === "ltr" ? 1 : -1;
    const to = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus();
    this.select(tab);
  }
}

define("x-tabs", Tabs);
