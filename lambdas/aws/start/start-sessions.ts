import type { Sessions } from "../../core/ports/sessions.ts";
import { jwtSessions } from "../sessions/jwt-sessions.ts";
import { startSecrets } from "./start-secrets.ts";

/** Checks the tokens of sessions, whose secrets may be in AWS. */
export const startSessions = (): Sessions => jwtSessions(startSecrets());
