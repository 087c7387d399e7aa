import type { Fault } from "../errors.ts";
import { keyFaults } from "../expressions/key-faults.ts";
import { bothDetail, shorterDetail } from "../requests/sharing.ts";
import { durationMs } from "../schema/duration.ts";
import type { Product, ProductEvent } from "./job-type.ts";

/** The faults of an event's `debounce`, `unique` and `fairness_key` that their schemas cannot find; pointers are relative to the event. */
export const checkSharing = ({ debounce, unique, fairness_key }: ProductEvent, product: Product): Fault[] => [
  ...(debounce && unique ? [{ pointer: "/unique", detail: bothDetail }] : []),
  ...(debounce?.max_wait !== undefined && durationMs(debounce.max_wait) < durationMs(debounce.delay)
    ? [{ pointer: "/debounce/max_wait", detail: shorterDetail }]
    : []),
  ...ofKey("/debounce/key", debounce?.key, product),
  ...ofKey("/unique/key", unique?.key, product),
  ...ofKey("/fairness_key", fairness_key, product),
];

const ofKey = (pointer: string, key: string | undefined, product: Product): Fault[] =>
  key === undefined ? [] : keyFaults(key, product).map((detail) => ({ pointer, detail }));
