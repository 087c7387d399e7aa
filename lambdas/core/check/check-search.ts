import type { Product, ProductEvent } from "../catalog/job-type.ts";
import { meets } from "../expressions/keys.ts";
import { readSearchPlace } from "../expressions/search.ts";
import type { Fault } from "../kernel/errors.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { jsonPointer } from "../kernel/schema.ts";

type Field = NonNullable<ProductEvent["search"]>[string];

/** A field where it stands in the catalog. */
interface Placed {
  name: string;
  tag: string;
  sealed: boolean;
  isPublic: boolean;
  at: PropertyKey[];
}

/** The faults of what the events of a product are searched by that their schema cannot find; pointers start with `prefix`. */
export function searchFaults({ jobs }: Product, prefix: PropertyKey[]): Fault[] {
  const fields = Object.entries(jobs).flatMap(([tag, event]) =>
    Object.entries(event.search ?? {}).map(([name, field]) => {
      const { sealed = false, public: isPublic = false } = typeof field === "string" ? {} : field;
      const at = [...prefix, "jobs", tag, "search", name];
      return { event, field, placed: { name, tag, sealed, isPublic, at } };
    }),
  );
  const placed = fields.map((one) => one.placed);
  return [
    ...fields.flatMap((one) => searchFieldFaults(one.event, one.field, one.placed)),
    ...placed.flatMap((one) => otherwiseFaults(one, placed)),
    ...tooManyNames(placed),
  ];
}

const fieldPointer = (field: Field, at: PropertyKey[]) =>
  jsonPointer(typeof field === "string" ? at : [...at, "value"]);

/** A name stands in keys of the table and in queries, so few characters are allowed. */
const namePattern = new RegExp(`^[A-Za-z][A-Za-z0-9_]{0,${requestLimits.searchName - 1}}$`);
const nameDetail = `is no name of a field: 1 to ${requestLimits.searchName} letters, digits and underscores that start with a letter`;

function searchFieldFaults(
  { redact = [] }: ProductEvent,
  field: Field,
  { name, sealed, isPublic, at }: Placed,
): Fault[] {
  if (!namePattern.test(name)) return [{ pointer: jsonPointer(at), detail: nameDetail }];
  const text = typeof field === "string" ? field : field.value;
  const place = readSearchPlace(text);
  const pointer = fieldPointer(field, at);
  if (!place) {
    return [
      {
        pointer,
        detail: "must be one reference into the input or the result: $Input{body}{order}, or $Result{body}{id}",
      },
    ];
  }
  const hiding = sealed ? undefined : redact.find((hidden) => meets(hidden, place.path));
  return [
    ...(hiding === undefined
      ? []
      : [
          {
            pointer,
            detail: `is hidden by "${hiding}" of redact, and would be kept in plain: write { value, sealed: true }`,
          },
        ]),
    ...(sealed && isPublic
      ? [{ pointer: jsonPointer([...at, "public"]), detail: "a sealed field is for keys that may see inputs only" }]
      : []),
  ];
}

/** A search by a name looks at all events of a product, so that the name is sealed in all of them, or in none. */
function otherwiseFaults(one: Placed, all: readonly Placed[]): Fault[] {
  const first = all.find(({ name }) => name === one.name);
  if (!first || (first.sealed === one.sealed && first.isPublic === one.isPublic)) return [];
  const detail = `is sealed or public otherwise in the event "${first.tag}": a name means the same in all events of a product`;
  return [{ pointer: jsonPointer(one.at), detail }];
}

function tooManyNames(all: readonly Placed[]): Fault[] {
  const firsts = all.filter((one) => all.find(({ name }) => name === one.name) === one);
  const detail = `is the name of one field too many: a product has at most ${requestLimits.searchNames} names`;
  return firsts.slice(requestLimits.searchNames).map(({ at }) => ({ pointer: jsonPointer(at), detail }));
}
