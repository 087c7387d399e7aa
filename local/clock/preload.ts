import { offsetVariable } from "./offset-variable.ts";
import { setClockOffset, shiftDate } from "./shifted-date.ts";

/**
 * Loaded by the handlers' process before any handler, because some code keeps a reference to `Date.now`. `host/child.ts` receives
 * later moves.
 */
shiftDate();
setClockOffset(Number(process.env[offsetVariable] ?? 0));
