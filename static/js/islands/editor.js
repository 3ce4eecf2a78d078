// <x-editor data-lang="typst|json|text" data-label data-problems='[{"line","column","message","severity"}]'> around a <textarea>: line
// numbers, search, undo, problems underlined. The textarea keeps the value, so forms and htmx work as without scripts.
// Events in: x-goto {line, column} on the element. Style elements carry the response's nonce (meta csp-nonce).
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { XElement, define } from "../elements/element.js";
import { typst } from "./typst.js";

const LANGUAGES = { typst: () => typst, json: () => json(), text: () => [] };

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-str)" },
  { tag: [tags.function(tags.variableName), tags.propertyName, tags.standard(tags.name)], color: "var(--code-fn)" },
  { tag: tags.number, color: "var(--code-num)" },
  { tag: tags.variableName, color: "var(--accent-text)" },
  { tag: tags.comment, color: "var(--text-3)" },
  { tag: tags.heading, fontWeight: "600" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "var(--surface)", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--accent-text)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "21px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--surface-2)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--accent-soft)" },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-textfield": { border: "1px solid var(--line-strong)", borderRadius: "6px", backgroundColor: "var(--surface)" },
  ".cm-button": { border: "1px solid var(--line)", borderRadius: "6px", backgroundImage: "none", backgroundColor: "var(--surface)" },
  ".cm-tooltip": { border: "1px solid var(--line)", backgroundColor: "var(--surface)", color: "var(--text)" },
});

// Tab indents once the person has typed; before that, and after Escape, it leaves the editor: no keyboard trap (WCAG 2.1.2).
const indentKeys = [
  { key: "Tab", run: (view) => view.dom.dataset.typed === "1" && indentMore(view), shift: (view) => view.dom.dataset.typed === "1" && indentLess(view) },
  { key: "Escape", run: (view) => { delete view.dom.dataset.typed; return false; } },
];

class Editor extends XElement {
  #view;

  connect(signal) {
    const area = this.querySelector("textarea");
    if (!area || this.#view) return;
    const nonce = document.querySelector('meta[name="csp-nonce"]')?.content ?? "";
    this.#view = new EditorView({ state: EditorState.create({ doc: area.value, extensions: this.#extensions(area, nonce) }) });
    area.hidden = true;
    this.append(this.#view.dom);
    this.#problems();
    this.addEventListener("x-goto", (event) => this.goTo(event.detail.line, event.detail.column), { signal });
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.(`[data-goto-line][data-goto-for="${CSS.escape(this.id)}"]`);
      if (link) this.goTo(Number(link.dataset.gotoLine), Number(link.dataset.gotoColumn || 1));
    }, { signal });
    const watch = new MutationObserver(() => this.#problems());
    watch.observe(this, { attributes: true, attributeFilter: ["data-problems"] });
    signal.addEventListener("abort", () => {
      watch.disconnect();
      this.#view.destroy();
      this.#view = undefined;
      area.hidden = false;
    });
  }

  #extensions(area, nonce) {
    const language = (LANGUAGES[this.dataset.lang] ?? LANGUAGES.text)();
    return [
      EditorView.cspNonce.of(nonce),
      lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(),
      highlightActiveLine(), highlightSelectionMatches(), search({ top: true }), lintGutter(), language, syntaxHighlighting(colors), look,
      EditorView.lineWrapping,
      EditorState.readOnly.of(area.readOnly),
      EditorView.contentAttributes.of({ "aria-label": this.dataset.label || area.getAttribute("aria-label") || "", spellcheck: "false", tabindex: "0" }),
      keymap.of([...indentKeys, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        update.view.dom.dataset.typed = "1";
        area.value = update.state.doc.toString();
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ];
  }

  get value() {
    return this.#view?.state.doc.toString() ?? "";
  }

  goTo(line, column = 1) {
    const { doc } = this.#view.state;
    const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const at = Math.min(found.from + Math.max(0, column - 1), found.to);
    this.#view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.#view.focus();
  }

  insert(text) {
    this.#view.dispatch(this.#view.state.replaceSelection(text));
    this.#view.focus();
  }

  #problems() {
    if (!this.#view) return;
    const { doc } = this.#view.state;
    const list = JSON.parse(this.dataset.problems || "[]").filter((problem) => problem.line > 0 && problem.line <= doc.lines);
    const diagnostics = list.map((problem) => {
      const line = doc.line(problem.line);
      const from = Math.min(line.from + Math.max(0, (problem.column || 1) - 1), line.to);
      return { from, to: Math.max(from, line.to), severity: problem.severity || "error", message: problem.message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }
}

// <x-problems data-for="id of an x-editor" data-problems>: each time it comes (htmx swaps it in), the editor underlines what it lists.
class Problems extends XElement {
  connect() {
    document.getElementById(this.dataset.for)?.setAttribute("data-problems", this.dataset.problems || "[]");
  }
}

define("x-editor", Editor);
define("x-problems", Problems);
