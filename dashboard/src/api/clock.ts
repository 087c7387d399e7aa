import { useEffect, useState } from "react";
import { clockAhead, dateStepMs } from "../../../sdk/src/clock.ts";
import { makeStore } from "./store.ts";

/** Milliseconds that the API's clock is ahead of this machine's: days, where the local clock has been moved. */
const ahead = makeStore(0);

/** Learns the API's clock from an answer. */
export function heardFrom({ headers }: Response): void {
  if (!headers.has("date")) return;
  const known = clockAhead(headers, Date.now());
  if (Math.abs(known - ahead.get()) > dateStepMs || known === 0) ahead.set(known);
}

/** The API's time: what is due is so by its clock. */
export const apiNow = (): number => Date.now() + ahead.get();

/** The API's time, drawn anew every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(apiNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(apiNow()), everyMs);
    const stop = ahead.subscribe(() => setNow(apiNow()));
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [everyMs]);
  return now;
}
