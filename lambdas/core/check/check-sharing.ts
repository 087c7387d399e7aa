import type { Product, ProductEvent } from "../catalog/job-type.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import type { Fault } from "../kernel/errors.ts";
import { bothDetail, shorterDetail } from "../requests/sharing.ts";
import { keyFaults } from "./key-faults.ts";

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
