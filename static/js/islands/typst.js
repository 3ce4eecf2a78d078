// Colors for Typst source: enough to read by, not a grammar.
import { StreamLanguage } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const KEYWORD = /^(let|set|show|import|include|if|else|for|in|while|return|break|continue|context|and|or|not|none|auto|true|false|as)\b/;

export const typst = StreamLanguage.define({
  name: "typst",
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } } },
  startState: () => ({ code: 0, comment: false }),
  token(stream, state) {
    if (state.comment) {
      if (stream.skipTo("*/")) {
        stream.match("*/");
        state.comment = false;
      } else stream.skipToEnd();
      return "comment";
    }
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = true;
      return "comment";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match("#")) {
      state.code = 1;
      return "keyword";
    }
    if (stream.sol() && stream.match(/^=+\s.*/)) return "heading";
    if (state.code || /[\s({,:]/.test(stream.string[stream.pos - 1] ?? " ")) {
      if (stream.match(KEYWORD)) return "keyword";
      if (stream.match(/^\d+(\.\d+)?(pt|mm|cm|in|em|fr|deg|%)?/)) return "number";
    }
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_-]*(?=\s*\()/u)) return "function";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_-]*(?=\s*:)/u)) return "propertyName";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_.-]*/u)) return state.code ? "variableName" : null;
    const next = stream.next();
    if (next === ";" || stream.eol()) state.code = 0;
    return null;
  },
  tokenTable: { function: tags.function(tags.variableName) },
});
