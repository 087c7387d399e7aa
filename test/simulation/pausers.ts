import * as deletePause from "../../lambdas/api/routes/delete-pause.ts";
import * as postPauses from "../../lambdas/api/routes/post-pauses.ts";
import type { HttpRequest, HttpResponse } from "../../lambdas/aws/http/route.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import type { Recording } from "../../lambdas/core/operations/record-change.ts";
import type { Services } from "../../lambdas/core/operations/services.ts";
import type { World } from "./adversary.ts";
import type { System } from "./system.ts";

const request = { id: "req-1", query: {}, headers: {}, scopes: allScopes, caller: "simulation", kept: {} };

/** People who pause a product, an env, an event or a key of a limit, and end the pause or have said until when it lasts. */
export function pausers({ time, observer, pausing, limited }: World, system: System) {
  const { random } = pausing;

  /** Whoever gets no answer asks again. */
  async function ask(
    what: string,
    handle: (services: Services & Recording, request: HttpRequest) => Promise<HttpResponse>,
    asked: Pick<HttpRequest, "body" | "params">,
    answered: (answer: HttpResponse) => void,
    more = 20,
  ) {
    const again = () => void (more > 0 && ask(what, handle, asked, answered, more - 1));
    const { services, end } = system.invoke("change", what);
    const cancel = time.after(29_000, again);
    try {
      const answer = await handle(services, { ...request, ...asked });
      observer.cover(`${what}: ${answer.status}${pausing.isOfKeys ? ", of a key" : ""}`);
      answered(answer);
    } catch {
      observer.cover(`${what}: refused`);
      time.after(2000, again);
    }
    cancel();
    end();
  }

  const scopes = [
    {},
    { env: "e" },
    { event: "call" },
    { event: "other" },
    { event: "pair" },
    { env: "e", event: "tree" },
    { event: "race" },
    // Their slots are shared with events that are not paused.
    ...(limited ? [{ event: "slotted" }, { event: "twin" }, { event: "both" }, { event: "rated" }] : []),
  ];
  /** One customer's, while others pass the same limit; and a limit as a whole, one of several that a job passes. */
  const keys = [
    { limit: "slots", key: "a" },
    { env: "e", limit: "slots", key: "a" },
    { limit: "starts", key: "b" },
    { limit: "slots" },
    { env: "e", limit: "whole" },
    { limit: "both" },
  ];

  const endPause = (id: string) => ask("end pause", deletePause.handle, { body: undefined, params: { id } }, () => {});

  function pause() {
    const scope = random.pick(pausing.isOfKeys ? keys : scopes);
    const lasts = random.int(20_000, 600_000);
    const isTimed = random.chance(0.4);
    const body = {
      product_tag: "sim",
      ...scope,
      reason: "maintenance",
      drain_per_second: random.pick([1, 2, 50]),
      ...(isTimed && { until: time.now() + lasts }),
    };
    void ask("pause", postPauses.handle, { body, params: {} }, ({ body }) => {
      const { id } = body as { id: string };
      if (!isTimed || random.chance(0.2)) time.after(lasts - random.int(0, 15_000), () => void endPause(id));
    });
  }

  /** Ends what is paused without an end: a request whose answer was lost may pause again what has been ended meanwhile. */
  const endAll = () => {
    const open = pausing.held.filter(({ to, until }) => to === Number.POSITIVE_INFINITY && until === to);
    for (const { id } of open) void endPause(id);
  };

  return { pause, endAll };
}
