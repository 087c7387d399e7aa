import { ductape } from "../api/client.ts";
import { defineQuery } from "../api/define-query.ts";

/** One job with all that the API shows of it. */
export const jobOf = defineQuery("job", (id: string) => ductape().jobs.get(id));
