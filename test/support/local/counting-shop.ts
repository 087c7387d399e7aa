import { setTimeout as sleep } from "node:timers/promises";
import { sendJson, serve } from "../../../local/gateway/http.ts";

/** A server that jobs call. It counts the calls under way: those that it has not answered and whose caller is still there. */
export async function countingShop() {
  /** The calls by `Idempotency-Key`, which names the job and the run. */
  const calls = new Map<string, number>();
  let underWay = 0;
  let most = 0;
  let answered = 0;
  let door = Promise.withResolvers<void>();
  const { url, close } = await serve(async ({ headers }, response) => {
    const key = String(headers["idempotency-key"]);
    calls.set(key, (calls.get(key) ?? 0) + 1);
    most = Math.max(most, ++underWay);
    const gone = new Promise<void>((resolve) => response.once("close", resolve));
    void gone.then(() => underWay--);
    await Promise.race([door.promise, gone]);
    // Long enough for a job that should not run to be seen beside this one.
    await Promise.race([sleep(20), gone]);
    if (response.destroyed) return;
    answered++;
    sendJson(response, 200, {});
  });
  return {
    url,
    close,
    calls,
    underWay: () => underWay,
    /** The most calls that were ever under way at a time. */
    most: () => most,
    answered: () => answered,
    /** Lets calls wait until `open`. */
    shut: () => {
      door = Promise.withResolvers();
    },
    open: () => door.resolve(),
  };
}
