import type { JobRepeat } from "../../../sdk/src/answers.ts";

/** What a series has beside its rule and its ends, as a request has it. A request replaces all of a series: what it leaves out is lost. */
export const besideRule = ({ missed, max_lateness_ms, spread_ms, except }: JobRepeat) => ({
  ...(missed !== undefined && { missed }),
  ...(max_lateness_ms !== undefined && { max_lateness_ms }),
  ...(spread_ms !== undefined && { spread_ms }),
  ...(except !== undefined && { except }),
});
