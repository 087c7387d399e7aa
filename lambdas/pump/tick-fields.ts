import type { Tick } from "../core/ports/ticks.ts";

/** The fields by which a log line names a tick. Its gate's key may be a person's: it is not logged. */
export const tickFields = ({ product, env, limit }: Tick) => ({ product, env, limit });
