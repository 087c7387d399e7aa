import { lazy } from "../core/kernel/lazy.ts";

/** Everything that is not loaded with the function. Asked for once: Node resolves an import anew every time, even of a module that is loaded. */
export const later = lazy(() => import("./later-routes.ts"));
