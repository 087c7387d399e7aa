import { useEffect, useRef, useState } from "preact/hooks";
import type { Fault } from "../../../../sdk/src/errors.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { Editor } from "./code-mirror.ts";

interface Props {
  label: string;
  text: string;
  faults: readonly Fault[];
  onInput: (text: string) => void;
}

/** An editor for JSON with the API's faults at their places. CodeMirror is loaded when it is first shown; a plain field does without. */
export function JsonEditor({ label, text, faults, onInput }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor>();
  const [isMissing, setMissing] = useState(false);
  const latest = useRef(onInput);
  latest.current = onInput;
  useEffect(() => {
    let gone = false;
    let made: Editor | undefined;
    import("./code-mirror.ts").then(
      ({ makeEditor }) => {
        if (gone || !place.current) return;
        made = makeEditor(place.current, text, label, (now) => latest.current(now));
        setEditor(made);
      },
      () => setMissing(true),
    );
    return () => {
      gone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => editor?.setText(text), [editor, text]);
  const known = JSON.stringify(faults);
  useEffect(() => editor?.setFaults(faults), [editor, known, text]);
  if (isMissing) {
    return (
      <textarea
        class="mono"
        aria-label={label}
        rows={12}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    );
  }
  return (
    <div class="json-editor">
      {!editor && <Skeleton lines={6} />}
      <div ref={place} />
      {editor && <p class="field-note">Escape, then Tab, leaves the editor.</p>}
    </div>
  );
}
