import type { Fault } from "../errors.ts";
import { keyFaults } from "../expressions/key-of.ts";
import { bothDetail, shorterDetail } from "../requests/sharing.ts";
import { durationMs } from "../schema/duration.ts";
import { jsonPointer } from "../schema/schema.ts";
import type { ProductEvent } from "./job-type.ts";

/** The faults of an event's `debounce` and `unique` that their schemas cannot find; pointers are relative to the event. */
export const checkSharing = ({ debounce, unique }: ProductEvent): Fault[] => [
  ...(debounce && unique ? [{ pointer: "/unique", detail: bothDetail }] : []),
  ...(debounce?.max_wait !== undefined && durationMs(debounce.max_wait) < durationMs(debounce.delay)
    ? [{ pointer: "/debounce/max_wait", detail: shorterDetail }]
    : []),
  ...ofKey("debounce", debounce?.key),
  ...ofKey("unique", unique?.key),
];

const ofKey = (field: string, key: string | undefined): Fault[] =>
  key === undefined
    ? []
    : keyFaults(key, [field, "key"]).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
