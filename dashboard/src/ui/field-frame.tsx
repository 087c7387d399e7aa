import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./field-frame.css";

/** The frame of a field: its name, whether it is needed, and below it what is wrong. */
export function FieldFrame(props: {
  name: string;
  required?: boolean;
  fault: string | undefined;
  hint?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ComponentChildren;
}) {
  const id = useId();
  const { name, required = false, fault, hint = "", children } = props;
  return (
    <div class={`field form-field ${fault === undefined ? "" : "field-wrong"}`}>
      <label for={id}>
        <span>{name}</span>
        {required && <span class="field-required"> required</span>}
      </label>
      {children({ id, "aria-describedby": `${id}-note`, "aria-invalid": fault !== undefined })}
      <span class="field-note" id={`${id}-note`}>
        {fault ?? hint}
      </span>
    </div>
  );
}
