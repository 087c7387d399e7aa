import { ownValue } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import { changedReferences } from "../../../core/expressions/credential-references.ts";
import { referencesInTemplate } from "../../../core/expressions/evaluate.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import {
  catalogTemplateFaults,
  type TemplateFault,
  templateFaults,
} from "../../../core/expressions/template-faults.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { didYouMean, jsonPointer, type Path } from "../../../core/kernel/schema.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import { type Approve, askPath, asksOf } from "./approve.ts";
import { checkAgainstEvent } from "./check-step.ts";
import type { PlacedStep } from "./steps.ts";

type Check = (reference: ValueReference) => string[];

/** The faults of the templates of an approval. Only what is sent to a recipient may have the address at which that one decides. */
export function approvalTextFaults(approve: Approve, path: Path, check: Check): TemplateFault[] {
  const { ask: _ask, ...shown } = approve;
  return [
    ...templateFaults(shown, path, check),
    ...asksOf(approve).flatMap(({ to, input }, i) => {
      const at = [...path, ...askPath(approve, i)];
      const inInput = (reference: ValueReference) =>
        reference.root === "Approval" ? approvalUrlFaults(reference) : check(reference);
      return [
        ...templateFaults(to, [...at, "to"], check),
        ...catalogTemplateFaults(input, [...at, "input"], inInput),
        ...changedReferences("Approval", input, [...at, "input"], "it is put in when the job is sent"),
      ];
    }),
  ];
}

const approvalUrlFaults = ({ path: [name, ...more] }: ValueReference): string[] =>
  name === "url" && more.length === 0 ? [] : ["an approval has an address only: write $Approval{url}"];

/** The faults of those who ask: that their events exist and take their inputs, and that each of several shows the address. */
export function askFaults({ step: { approve }, path }: PlacedStep, product: Product, registry: Registry): Fault[] {
  if (!approve) return [];
  return asksOf(approve).flatMap(({ to: _to, ...asked }, i) => {
    const at = jsonPointer([...path, "approve", ...askPath(approve, i)]);
    const [named] = eventsNamed(product, registry, asked.event, asked.app);
    if (!named) {
      const hint = didYouMean(asked.event, Object.keys(product.jobs));
      return [{ pointer: `${at}/event`, detail: `the product has no such event.${hint}` }];
    }
    if (ownValue(product.jobs, named.tag)?.type === "feature")
      return [
        {
          pointer: `${at}/event`,
          detail: "is of a feature, whose steps would not know the address: name what sends it",
        },
      ];
    const names = referencesInTemplate(parsable(asked.input)).some(({ root }) => root === "Approval");
    const blind = { pointer: `${at}/input`, detail: "does not say where to decide: put $Approval{url} into it" };
    const ofEvent = checkAgainstEvent(asked, product, registry);
    return [...(names ? [] : [blind]), ...ofEvent.map(({ pointer, detail }) => ({ pointer: at + pointer, detail }))];
  });
}

/** The texts of an input that parse. The others have their own faults. */
function parsable(value: unknown): unknown {
  if (typeof value === "string") return templateFaults(value, [], () => []).length === 0 ? value : "";
  if (typeof value !== "object" || value === null) return value;
  return Object.values(value).map(parsable);
}
