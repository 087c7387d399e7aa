import { ductape } from "../api/client.ts";
import { defineQuery } from "../api/define-query.ts";

const shown = 60;

/** The latest runs of a series, the latest first. */
export const runsOf = defineQuery("runs", (id: string) => ductape().jobs.runs(id, { limit: shown }).page());
