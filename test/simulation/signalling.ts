import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { sendSignal } from "../../lambdas/core/operations/send-signal.ts";
import { parseSignal } from "../../lambdas/core/requests/signal-request.ts";
import type { World } from "./adversary.ts";
import { canary } from "./observer.ts";
import { catalog, orderEvent, secondWaitMs, waitMs } from "./product.ts";
import type { Random } from "./random.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** API Gateway ends a request after this time. */
const gatewayMs = 29_000;

/** The most calls of a request that sends a message. */
const mostCalls = 12;

/** Runs that wait for messages, and people who send them: early, in time, twice, and at the moment of the time-out. */
export function signalling(world: World, system: System, create: (request: Request) => Promise<void>, random: Random) {
  const { time, hardship, observer } = world;
  let sent = 0;

  async function send(to: { key: string } | { job_id: string }, id: string, more = 3): Promise<void> {
    const { services, end } = system.invoke("api", "api of signals");
    const again = () => {
      if (more > 0) time.after(random.int(50, 5000), () => void send(to, id, more - 1));
    };
    const cancel = time.after(gatewayMs, again);
    try {
      const body = { product_tag: "sim", env: "e", signal: "paid", ...to, payload: { secret: canary }, id };
      const { offered } = await sendSignal(services, parseSignal(body, catalog));
      cancel();
      observer.cover(offered.length > 0 ? "a signal wakes a run" : "a signal comes before its wait");
      if (random.chance(0.2)) again();
    } catch (error) {
      cancel();
      // What AWS refuses, the sender repeats.
      if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") again();
      else observer.cover(`a signal is refused: ${error.code}`);
    } finally {
      end(mostCalls);
    }
  }

  for (let n = random.int(2, 5); n > 0; n--) {
    const key = random.pick(["a", "b", "c"]);
    const startsIn = random.int(0, 120_000);
    time.after(startsIn, () => {
      void create(featureRequest(random, hardship, { event: orderEvent, input: { order: key }, key: `order ${n}` }));
    });
    // The wait begins seconds after the request: half of the messages come around its end.
    for (let i = random.int(0, 3); i > 0; i--) {
      const around = random.pick([0, random.int(0, waitMs), waitMs, waitMs + secondWaitMs]) + random.int(-3000, 8000);
      const id = `signal ${++sent}`;
      time.after(Math.max(0, startsIn + around), () => {
        const run = random.chance(0.2) && system.jobs.all().find(({ event }) => event === orderEvent);
        void send(run ? { job_id: run.id } : { key }, id);
      });
    }
  }
}
