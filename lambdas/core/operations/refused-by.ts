import type { Refused } from "../ports/refused.ts";

/** What a batch call has refused. A call that throws has refused everything, and so does not break the other calls. */
export async function refusedBy(count: number, call: () => Promise<Refused[]>): Promise<Refused[]> {
  try {
    return await call();
  } catch (cause) {
    return Array.from({ length: count }, (_, index) => ({ index, cause }));
  }
}
