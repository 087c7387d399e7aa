import { handlerHistory } from "./handlers.ts";
import { history } from "./history.ts";

/** What histories are about: the whole system, or runs of code and nothing else. */
export const kinds = { system: history, handlers: handlerHistory };
export type Kind = keyof typeof kinds;
