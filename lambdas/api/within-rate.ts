import { requireRate } from "../core/operations/key-rate.ts";
import { checkedBy } from "./checked-by.ts";

/** The same route, which refuses what a key sends beyond its rate. */
export const withinRate = checkedBy(requireRate);
