import { useState } from "preact/hooks";
import type { Fault } from "../../../../sdk/src/errors.ts";
import type { DetailedEvent } from "../../api/product-details.ts";
import { Button } from "../../ui/button.tsx";
import { Segments } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { tryParse, written } from "./exact.ts";
import { InputForm } from "./input-form.tsx";
import { JsonEditor } from "./json-editor.tsx";

interface Props {
  event: DetailedEvent;
  text: string;
  faults: readonly Fault[];
  note: string | undefined;
  onInput: (text: string) => void;
  onExample: (() => void) | undefined;
}

/** The input, as a form from the event's schema or as JSON: two views of one text. */
export function InputPanel({ event, text, faults, note, onInput, onExample }: Props) {
  const [view, setView] = useState("form");
  const parsed = tryParse(text);
  const actions = (
    <>
      {onExample && (
        <Button tone="quiet" onClick={onExample}>
          Use the example
        </Button>
      )}
      <Segments
        label="How to edit the input"
        value={view}
        onChange={setView}
        options={[
          ["form", "Form"],
          ["json", "JSON"],
        ]}
      />
    </>
  );
  return (
    <Panel title="Input" actions={actions}>
      <div class="panel-body">
        {note !== undefined && <p class="banner banner-warn">{note}</p>}
        {view === "json" && <JsonEditor label="Input as JSON" text={text} faults={faults} onInput={onInput} />}
        {view === "form" && !parsed && <p class="banner banner-bad">The JSON is not valid: correct it there first.</p>}
        {view === "form" && parsed && (
          <InputForm
            key={event.tag}
            schema={event.input}
            value={parsed.value}
            faults={faults}
            onChange={(value) => onInput(written(value))}
          />
        )}
      </div>
    </Panel>
  );
}
