import { Fact, Facts } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Time } from "../../ui/time.tsx";
import { visible } from "../../ui/visible.ts";
import type { BulkFilter } from "./bulk-draft.ts";

const listed = (values: string | readonly string[]) => [values].flat().join(", ");

/** A filter in words, but for its product and env. */
export function FilterWords({ filter }: { filter: Partial<BulkFilter> }) {
  const { status, type, event, label, cause, where, recurring, retrying, from, to } = filter;
  const any = [status, type, event, label, cause, where, recurring, retrying, from, to].some(
    (value) => value !== undefined,
  );
  if (!any) return <p>Every job there: no filter is set.</p>;
  return (
    <Facts>
      {status !== undefined && <Fact name="Status">{listed(status)}</Fact>}
      {type !== undefined && <Fact name="Type">{listed(type)}</Fact>}
      {event !== undefined && <Fact name="Event">{event}</Fact>}
      {label !== undefined && (
        <Fact name="Label">
          <Plain text={label} />
        </Fact>
      )}
      {cause !== undefined && (
        <Fact name="Cause">
          <code>{cause}</code>
        </Fact>
      )}
      {Object.entries(where ?? {}).map(([field, value]) => (
        <Fact key={field} name={visible(field)}>
          <Plain text={String(value)} />
        </Fact>
      ))}
      {recurring !== undefined && <Fact name="Kind">{recurring ? "series" : "once"}</Fact>}
      {retrying !== undefined && <Fact name="Retrying">{retrying ? "only those" : "none of those"}</Fact>}
      {from !== undefined && (
        <Fact name="From">
          <Time at={Number(from)} />
        </Fact>
      )}
      {to !== undefined && (
        <Fact name="Until">
          <Time at={Number(to)} />
        </Fact>
      )}
    </Facts>
  );
}
