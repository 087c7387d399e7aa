import { offsetVariable } from "./offset-variable.ts";
import { setClockOffset, shiftDate } from "./shifted-date.ts";

/**
 * Loaded by the handlers' process before anything of theirs, some of which keeps `Date.now` for itself. `host/child.ts`
 * hears of later moves.
 */
shiftDate();
setClockOffset(Number(process.env[offsetVariable] ?? 0));
