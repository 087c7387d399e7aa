import { useEffect, useState } from "react";
import { makeStore } from "./store.ts";

/** Milliseconds that the API's clock is ahead of this machine's: days, where the local clock has been moved. */
const ahead = makeStore(0);

/** The Date header counts whole seconds, so a smaller difference does not show that the clocks differ. */
const stepMs = 2_000;

/** Learns the API's clock from an answer. */
export function heardFrom({ headers }: Response): void {
  const difference = Date.parse(headers.get("date") ?? "") - Date.now();
  if (Number.isNaN(difference)) return;
  const before = ahead.get();
  const known = Math.abs(difference) > stepMs ? difference : 0;
  if (Math.abs(known - before) > stepMs || known === 0) ahead.set(known);
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
