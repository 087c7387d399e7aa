import type { Sessions } from "../../core/ports/sessions.ts";
import { lazyPort } from "./lazy-port.ts";

/** First needed by a request with a session. It is a separate file, since only what callers reach checks tokens. */
export const lazySessions = (): Sessions => lazyPort(async () => (await import("./start-sessions.ts")).startSessions());
