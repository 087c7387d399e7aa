import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Fault } from "../../../../sdk/src/errors.ts";
import { placeOf, placesOf } from "./json-places.ts";

/*
 * CodeMirror, in a file of its own, so that it is loaded with the editor only. In a document it would style itself by style
 * elements, which the CSP forbids; in a shadow root it uses constructed style sheets, which the CSP allows.
 */

export interface Editor {
  setText(text: string): void;
  setFaults(faults: readonly Fault[]): void;
  destroy(): void;
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: tags.number, color: "var(--run)" },
  { tag: [tags.bool, tags.null], color: "var(--wait)" },
  { tag: tags.separator, color: "var(--ink-3)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "12px", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { minHeight: "180px", padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line-strong)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "4px 8px" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad-mark)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--calm-soft)", color: "var(--ink-2)", border: "0" },
});

export function makeEditor(parent: HTMLElement, text: string, label: string, onInput: (text: string) => void): Editor {
  let quiet = false;
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        json(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        look,
        EditorView.contentAttributes.of({ "aria-label": label }),
        // Escape, then Tab, leaves the editor: see its note.
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.updateListener.of(({ docChanged, state }) => docChanged && !quiet && onInput(state.doc.toString())),
      ],
    }),
  });
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      quiet = false;
    },
    setFaults: (faults) => view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc.toString(), faults))),
    destroy: () => view.destroy(),
  };
}

function diagnosticsOf(text: string, faults: readonly Fault[]): Diagnostic[] {
  const broken = syntaxFault(text);
  if (broken) return [broken];
  const places = placesOf(text);
  return faults.map(({ pointer, detail }) => ({
    ...placeOf(places, pointer),
    severity: "error",
    message: `${pointer || "/"} ${detail}`,
  }));
}

function syntaxFault(text: string): Diagnostic | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const at = Math.min(Number(/position (\d+)/.exec(message)?.[1] ?? text.length), text.length);
    return { from: Math.max(0, at - 1), to: at, severity: "error", message: "This is not JSON yet." };
  }
}
