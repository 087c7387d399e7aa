/** The Date header counts whole seconds, so a smaller difference does not show that the clocks differ. */
export const dateStepMs = 2000;

/** Milliseconds that the API's clock is ahead of this machine's. 0 if the answer has no Date. */
export function clockAhead(headers: Pick<Headers, "get">, now: number): number {
  const ahead = Date.parse(headers.get("date") ?? "") - now;
  return Math.abs(ahead) > dateStepMs ? ahead : 0;
}
