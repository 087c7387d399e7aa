import type { Fault } from "../../../../sdk/src/errors.ts";
import { Button } from "../../ui/button.tsx";
import { hintOf, isObject, isRequired, type JsonSchema, kindOf, resolved } from "../../ui/schema.ts";
import { exampleOf } from "../../ui/schema-example.ts";
import { changedAt } from "./exact.ts";
import { faultAt } from "./faults.ts";
import { ChoiceInput, JsonInput, NumberInput, TextInput } from "./input-field.tsx";

interface FormProps {
  schema: JsonSchema;
  value: unknown;
  faults: readonly Fault[];
  onChange: (value: unknown) => void;
}

/** A field for each part of an input, as the event's schema says. */
export function InputForm({ schema, value, faults, onChange }: FormProps) {
  const here = faultAt(faults, "");
  return (
    <div class="input-form">
      {here !== undefined && <p class="form-fault">The input {here}.</p>}
      <Fields
        schema={schema}
        root={schema}
        path={[]}
        value={value}
        faults={faults}
        onChange={(path, to) => onChange(changedAt(value, path, to) ?? {})}
      />
    </div>
  );
}

interface PartProps {
  schema: JsonSchema;
  root: JsonSchema;
  path: string[];
  value: unknown;
  faults: readonly Fault[];
  onChange: (path: string[], value: unknown) => void;
}

function Fields({ schema, value, path, ...rest }: PartProps) {
  const object = isObject(value) ? value : {};
  const known = Object.keys(schema.properties ?? {});
  const others = Object.keys(object).filter((name) => !known.includes(name));
  return (
    <>
      {[...known, ...others].map((name) => (
        <Part
          key={name}
          {...rest}
          schema={resolved(schema.properties?.[name] ?? {}, rest.root)}
          path={[...path, name]}
          value={object[name]}
          required={isRequired(schema, name)}
        />
      ))}
    </>
  );
}

const pointerOf = (path: string[]) =>
  path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function Part({ required, ...part }: PartProps & { required: boolean }) {
  const { schema, path, value, faults, onChange } = part;
  const kind = kindOf(schema, value);
  if (kind === "group") return <Group {...part} required={required} />;
  const field = {
    name: path.at(-1) ?? "",
    required,
    fault: faultAt(faults, pointerOf(path), true),
    hint: hintOf(schema),
    value,
    onChange: (to: unknown) => onChange(path, to),
  };
  if (kind === "choice") return <ChoiceInput {...field} choices={schema.enum ?? []} />;
  if (kind === "boolean") return <ChoiceInput {...field} choices={[true, false]} />;
  if (kind === "number" || kind === "integer") return <NumberInput {...field} />;
  return kind === "text" ? <TextInput {...field} /> : <JsonInput {...field} />;
}

/** An object with fields of its own: absent until it is added. */
function Group({ required, ...part }: PartProps & { required: boolean }) {
  const { schema, root, path, value, faults, onChange } = part;
  const name = path.at(-1) ?? "";
  const fault = faultAt(faults, pointerOf(path), value === undefined);
  return (
    <fieldset class="form-group">
      <legend class="sr-only">{name}</legend>
      <div class="form-group-head">
        <span class="form-group-name" aria-hidden="true">
          {name}
          {required && <span class="field-required"> required</span>}
        </span>
        {value === undefined ? (
          <Button
            icon="new"
            tone="quiet"
            aria-label={`Add ${name}`}
            onClick={() => onChange(path, exampleOf(schema, root))}
          >
            Add
          </Button>
        ) : (
          <Button icon="close" tone="quiet" aria-label={`Remove ${name}`} onClick={() => onChange(path, undefined)}>
            Remove
          </Button>
        )}
      </div>
      {fault !== undefined && <p class="form-fault">{fault}</p>}
      {value !== undefined && (
        <div class="form-group-body">
          <Fields {...part} />
        </div>
      )}
    </fieldset>
  );
}
