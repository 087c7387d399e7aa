import type { Refused } from "../ports/ports.ts";

/** What a call for many has refused. A call that throws has refused everything: no other call is lost with it. */
export async function refusedBy(count: number, call: () => Promise<Refused[]>): Promise<Refused[]> {
  try {
    return await call();
  } catch (cause) {
    return Array.from({ length: count }, (_, index) => ({ index, cause }));
  }
}
