import { useEffect, useState } from "preact/hooks";
import { FieldFrame } from "../../ui/field-frame.tsx";
import { tryParse, written } from "./exact.ts";

interface Props {
  name: string;
  required: boolean;
  /** What is wrong, or else what it takes. */
  fault: string | undefined;
  hint: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

export const TextInput = ({ value, onChange, ...frame }: Props) => (
  <FieldFrame {...frame}>
    {(ids) => {
      const text = typeof value === "string" ? value : value === undefined ? "" : written(value);
      const input = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value || undefined);
      const shared = { ...ids, value: text, spellcheck: false, onInput: input };
      return text.length > 60 || text.includes("\n") ? (
        <textarea {...shared} rows={Math.min(8, Math.ceil(text.length / 60) + 1)} />
      ) : (
        <input type="text" autocomplete="off" {...shared} />
      );
    }}
  </FieldFrame>
);

/** What is no number stays text, so that the API's fault is shown rather than the typing lost. */
export const NumberInput = ({ value, onChange, ...frame }: Props) => (
  <Typed
    {...frame}
    value={value}
    onChange={onChange}
    read={(text) => {
      const parsed = tryParse(text);
      return text === "" ? undefined : typeof parsed?.value === "string" || !parsed ? text : parsed.value;
    }}
  />
);

function Typed({ value, onChange, read, ...frame }: Props & { read: (text: string) => unknown }) {
  const shown = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText((now) => (JSON.stringify(read(now)) === JSON.stringify(value) ? now : shown)), [shown]);
  return (
    <FieldFrame {...frame}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            onChange(read(currentTarget.value.trim()));
          }}
        />
      )}
    </FieldFrame>
  );
}

export const ChoiceInput = ({ value, onChange, choices, ...frame }: Props & { choices: readonly unknown[] }) => (
  <FieldFrame {...frame}>
    {(ids) => (
      <select
        {...ids}
        class="form-select"
        value={String(choices.indexOf(value))}
        onChange={({ currentTarget }) => onChange(choices[Number(currentTarget.value)])}
      >
        <option value="-1">Not set</option>
        {choices.map((choice, i) => (
          <option key={String(choice)} value={String(i)}>
            {String(choice)}
          </option>
        ))}
      </select>
    )}
  </FieldFrame>
);

/** A value that no plain field can hold. Text that is no JSON is kept here and not passed on. */
export function JsonInput({ value, onChange, fault, ...frame }: Props) {
  const shown = value === undefined ? "" : written(value);
  const [text, setText] = useState(shown);
  const broken = text.trim() !== "" && tryParse(text) === undefined;
  useEffect(
    () => setText((now) => (now.trim() !== "" && written(tryParse(now)?.value) === shown ? now : shown)),
    [shown],
  );
  return (
    <FieldFrame {...frame} fault={broken ? "is not JSON yet" : fault}>
      {(ids) => (
        <textarea
          {...ids}
          class="mono"
          rows={Math.min(10, Math.max(2, text.split("\n").length))}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            const empty = currentTarget.value.trim() === "";
            const parsed = tryParse(currentTarget.value);
            if (empty) onChange(undefined);
            else if (parsed) onChange(parsed.value);
          }}
        />
      )}
    </FieldFrame>
  );
}
