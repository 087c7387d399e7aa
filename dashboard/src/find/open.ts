import { makeStore } from "../api/store.ts";

/** Whether the box is open. It may be opened from every page. */
export const finderOpen = makeStore(false);
