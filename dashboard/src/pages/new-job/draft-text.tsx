import type { Fault } from "../../../../sdk/src/errors.ts";
import { FieldFrame } from "../../ui/field-frame.tsx";
import type { Draft } from "./draft.ts";
import { faultAt } from "./faults.ts";

/** What the parts of the form are given. */
export interface DraftProps {
  draft: Draft;
  faults: readonly Fault[];
  onChange: (changes: Partial<Draft>) => void;
}

type TextField = { [Field in keyof Draft]: Draft[Field] extends string ? Field : never }[keyof Draft];

/** Makes text inputs, each for a field of the draft, with the fault at its place in the request. */
export const draftText =
  ({ draft, faults, onChange }: DraftProps) =>
  (name: string, field: TextField, pointer: string, hint: string) => (
    <FieldFrame name={name} fault={faultAt(faults, pointer, true)} hint={hint}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={draft[field]}
          onInput={({ currentTarget }) => onChange({ [field]: currentTarget.value })}
        />
      )}
    </FieldFrame>
  );
