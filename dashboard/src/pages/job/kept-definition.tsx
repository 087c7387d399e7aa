import { useState } from "preact/hooks";
import type { DefinitionDifference, Job } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { usePoll } from "../../api/use-poll.ts";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { plural } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";

const definitionOf = defineQuery("definition", (id: string) => ductape().definitions.get(id));

interface Props {
  job: Job;
  definition: NonNullable<Job["definition"]>;
}

/** The definition that a run keeps. One that is not the present one opens to what the catalog says otherwise now. */
export function KeptDefinition({ job, definition: { id, current, behind } }: Props) {
  const [isOpen, setOpen] = useState(false);
  const name = <code>{id.slice(0, 12)}</code>;
  if (current) return name;
  return (
    <details class="kept-definition" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {name}, {behind === 0 ? "not the present one" : `${plural(behind, "version")} behind`}
      </summary>
      {isOpen && <Difference id={id} job={job} />}
    </details>
  );
}

function Difference({ id, job }: { id: string; job: Job }) {
  const { data, error } = usePoll(definitionOf(id), { once: true });
  if (!data) return error ? <ErrorBanner error={error} /> : <Skeleton lines={2} />;
  const event = data.events.find((one) => one.product_tag === job.product_tag && one.event === job.event);
  if (event?.difference === undefined) return <p class="muted">The catalog has the event no longer.</p>;
  return (
    <ul class="definition-difference">
      {wordsOf(event.difference).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

/** What the catalog says now and the definition does not, a line each. */
const wordsOf = ({ steps, event, constants, input, output }: DefinitionDifference): string[] => [
  ...steps.map(
    ({ step, change, fields = [] }) => `${step} was ${change}${fields.length > 0 ? `: ${fields.join(", ")}` : ""}`,
  ),
  ...(event.length > 0 ? [`the event was changed: ${event.join(", ")}`] : []),
  ...(constants.length > 0 ? [`constants were changed: ${constants.join(", ")}`] : []),
  ...(input ? ["the fields of the input were changed"] : []),
  ...(output ? ["the output was changed"] : []),
];
