import { guardSockets } from "../network/guard.ts";
import { refusedHost } from "../network/refused-host.ts";
import { allowRealVariable } from "./allow-real-variable.ts";
import type { ChildMessage } from "./protocol.ts";

/** Keeps the handlers from calling other machines by mistake, such as those of the env `prd`. Says so to whoever looks at the terminal. */
if (process.env[allowRealVariable] === undefined)
  guardSockets((host) => {
    process.send?.({ kind: "refused", host } satisfies ChildMessage);
    return refusedHost(host);
  });
