import type { ComponentChildren } from "preact";
import { Icon } from "./icons.tsx";

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Values, or values with what is shown for each. */
  options: readonly (string | readonly [value: string, shown: string])[];
  /** Whether the label is for screen readers only. */
  quiet?: boolean;
}

export const Select = ({ label, value, onChange, options, quiet = false }: SelectProps) => (
  <label class={quiet ? "select" : "field"}>
    <span class={quiet ? "sr-only" : ""}>{label}</span>
    <span class="select-box">
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => {
          const [given, shown] = typeof option === "string" ? [option, option] : option;
          return (
            <option key={given} value={given}>
              {shown}
            </option>
          );
        })}
      </select>
      <Icon name="down" />
    </span>
  </label>
);

interface TextProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
  quiet?: boolean;
  /** Below the field: what it takes, or what is wrong. */
  note?: ComponentChildren;
}

export const TextField = ({ label, value, onInput, placeholder, quiet = false, note }: TextProps) => (
  <label class={quiet ? "text-quiet" : "field"}>
    <span class={quiet ? "sr-only" : ""}>{label}</span>
    <input
      type="text"
      value={value}
      spellcheck={false}
      autocomplete="off"
      {...(placeholder !== undefined && { placeholder })}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
    {note !== undefined && <span class="field-note">{note}</span>}
  </label>
);

/** One of a few choices, all in sight. */
export function Segments({ label, value, onChange, options }: Omit<SelectProps, "quiet">) {
  return (
    <fieldset class="segments">
      <legend class="sr-only">{label}</legend>
      {options.map((option) => {
        const [given, shown] = typeof option === "string" ? [option, option] : option;
        return (
          <button key={given} type="button" aria-pressed={given === value} onClick={() => onChange(given)}>
            {shown}
          </button>
        );
      })}
    </fieldset>
  );
}
