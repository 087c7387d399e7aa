import type { LogEntry, SentValue } from "../../core/job/decide-messages.ts";

/** How many values are read at the same time, and how many bytes of them are held that nobody has asked for yet. */
const most = { values: 20, bytes: 8_000_000 } as const;

/**
 * Reads the values of a log that are behind links some way ahead of who takes them in their order: one after the other, a thousand of them would
 * take as long as a decision may. Returns what takes the value of the entry at an index.
 */
export function readAhead(
  entries: readonly LogEntry[],
  load: (value: SentValue) => Promise<unknown>,
): (at: number) => Promise<unknown> {
  const held = new Map<number, { bytes: number; value: Promise<unknown> }>();
  let next = 0;
  let bytes = 0;
  const hold = (at: number, value: SentValue) => {
    const loading = { bytes: "url" in value ? value.bytes : 0, value: load(value) };
    // It fails where it is taken.
    loading.value.catch(() => {});
    held.set(at, loading);
    bytes += loading.bytes;
  };
  const fill = () => {
    for (; next < entries.length && held.size < most.values; next++) {
      const value = entries[next]?.value;
      if (!value || !("url" in value)) continue;
      if (held.size > 0 && bytes + value.bytes > most.bytes) return;
      hold(next, value);
    }
  };
  return async (at) => {
    const value = entries[at]?.value;
    if (!value || !("url" in value)) return value && load(value);
    // What was passed over is not taken any more.
    for (const [passed, { bytes: freed }] of held)
      if (passed < at) {
        held.delete(passed);
        bytes -= freed;
      }
    next = Math.max(next, at);
    fill();
    const taken = held.get(at);
    if (!taken) return load(value);
    const loaded = await taken.value;
    held.delete(at);
    bytes -= taken.bytes;
    fill();
    return loaded;
  };
}
