import type { Counted } from "../../lambdas/core/ports/stats-store.ts";
import { noon } from "./builders.ts";

let marks = 0;

/** Something to count, with a mark that nothing else has. */
export const counted = <T>(what: T): T & Counted => ({ ...what, mark: String(++marks), written_at: noon });
