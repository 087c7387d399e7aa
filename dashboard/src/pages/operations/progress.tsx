import type { Operation } from "../../../../sdk/src/index.ts";
import { onlyCounts } from "../../operation/states.ts";
import { count, plural } from "../../ui/format.ts";
import { partsOf } from "./words.ts";

/** What has become of its jobs, as a bar and in numbers. */
export function Progress({ operation, label }: { operation: Operation; label: string }) {
  const { matched, collected_at } = operation;
  if (collected_at === undefined || onlyCounts(operation))
    return (
      <p class="operation-counts">
        <strong class="num">{count(matched)}</strong>
        <span>{collected_at === undefined ? "found so far" : matched === 1 ? "job found" : "jobs found"}</span>
      </p>
    );
  const parts = partsOf(operation);
  return (
    <div class="operation-progress">
      <div class="operation-bar" role="img" aria-label={`${label}: ${wordsOf(operation)}`}>
        {parts.map(({ id, share }) => (
          <span key={id} class={`operation-part operation-${id}`} style={{ flexGrow: share }} />
        ))}
      </div>
      <p class="operation-counts">
        {parts
          .filter(({ id, count: n }) => n > 0 || id === "changed")
          .map(({ id, name, count: n }) => (
            <span key={id} class="operation-part-count">
              <span class={`operation-mark operation-${id}`} aria-hidden="true" />
              <span class="num">{count(n)}</span> {name}
            </span>
          ))}
        <span class="muted">of {plural(matched, "job")}</span>
      </p>
    </div>
  );
}

const wordsOf = (operation: Operation): string =>
  partsOf(operation)
    .map(({ name, count: n }) => `${count(n)} ${name}`)
    .join(", ");
