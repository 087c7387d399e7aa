import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";

/** The first job of the list, if there is any: it costs the API a look at every product and env, so it is asked for seldom. */
export const latestJob = defineQuery("latest-job", () => ductape().jobs.list({ limit: 1 }).page());
