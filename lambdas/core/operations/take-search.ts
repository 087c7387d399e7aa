import type { ProductEvent } from "../catalog/job-type.ts";
import { type SearchField, type SearchTexts, searchFieldsOf, searchRev } from "../expressions/search.ts";
import type { Job } from "../job/job.ts";
import type { JobSearch } from "../job/job-search.ts";
import { defined } from "../kernel/defined.ts";
import { traceOf } from "../kernel/errors.ts";
import type { Log } from "../ports/log.ts";
import type { Seals } from "./seals.ts";

export interface Searching {
  log: Log;
  /** What seals values. Absent where the catalog seals none. */
  seals?: Seals | undefined;
}

/** What a job is searched by at present, and what has become known of it. */
interface Known extends Pick<Job, "product" | "env"> {
  event: Pick<ProductEvent, "search">;
  before?: JobSearch | undefined;
  /** The texts of all fields of the input, and of the result. Absent: not known here, so that those of before stay. */
  input?: SearchTexts | undefined;
  result?: SearchTexts | undefined;
  /** The input has expressions without their values: what is not among its texts stays, since a run may have known it. */
  isTemplate?: boolean;
}

/** Whether a job was searched by something else than what its event says now. */
export const isSearchOld = (event: Pick<ProductEvent, "search">, search: JobSearch | undefined): boolean =>
  searchFieldsOf(event).length > 0 && search?.rev !== searchRev(event);

/**
 * The values by which a job is found from now on; undefined if its event names none. A value that cannot be sealed for now is left out, so
 * that no job waits for it, and taken at a later change.
 */
export async function takeSearch(services: Searching, known: Known): Promise<JobSearch | undefined> {
  const { event, before } = known;
  const fields = searchFieldsOf(event);
  if (fields.length === 0) return undefined;
  const rev = searchRev(event);
  const taken = await Promise.all(fields.map((field) => takeField(services, field, known)));
  // What an older catalog did not name may be in the input.
  const isWhole = known.input !== undefined || before?.rev === rev;
  const textsOf = (sealed: boolean) => {
    const own = taken.flatMap(({ field, text }) =>
      field.sealed === sealed && text !== undefined ? [[field.name, text] as const] : [],
    );
    return own.length > 0 ? Object.fromEntries(own) : undefined;
  };
  return {
    rev: isWhole && taken.every(({ lost }) => !lost) ? rev : "",
    ...defined({ values: textsOf(false), sealed: textsOf(true) }),
  };
}

interface Taken {
  field: SearchField;
  text: string | undefined;
  /** It could not be sealed. */
  lost?: boolean;
}

async function takeField(services: Searching, field: SearchField, known: Known): Promise<Taken> {
  const { before = { rev: "" } } = known;
  const texts = field.of === "Input" ? known.input : known.result;
  const stored = (field.sealed ? before.sealed : before.values) ?? {};
  const own = (from: SearchTexts) => (Object.hasOwn(from, field.name) ? from[field.name] : undefined);
  if (texts === undefined) return { field, text: own(stored) };
  const text = own(texts);
  if (text === undefined && field.of === "Input" && known.isTemplate) return { field, text: own(stored) };
  if (text === undefined || !field.sealed) return { field, text };
  const { product, env } = known;
  try {
    const seals = await services.seals?.of({ product, env, field: field.name, text });
    return { field, text: seals?.[0], lost: seals === undefined };
  } catch (error) {
    services.log.warn("a value by which a job is found could not be sealed", { field: field.name, ...traceOf(error) });
    return { field, text: undefined, lost: true };
  }
}
