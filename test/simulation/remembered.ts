import * as deleteCache from "../../lambdas/api/routes/delete-cache.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import type { World } from "./adversary.ts";
import type { Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";
import { rememberedEvent } from "./product.ts";
import type { Random } from "./random.ts";
import type { Request } from "./requests.ts";
import type { System } from "./system.ts";

const tags = ["prices", "rates"];
const asking = {
  id: "req-1",
  body: undefined,
  query: {},
  headers: {},
  scopes: allScopes,
  caller: "simulation",
  kept: {},
};

/** Callers that ask for the same few things again and again, and some who have results forgotten. */
export function askAgainAndAgain(
  world: World,
  { ledger, system, create }: { ledger: Ledger; system: System; create: (request: Request) => unknown },
  random: Random,
) {
  const { time, hardship, observer } = world;
  const at = (happen: () => unknown) => time.after(random.int(0, 240_000), () => void happen());

  const request = () =>
    ({
      product_tag: "sim",
      env: "e",
      event: rememberedEvent,
      input: { body: { secret: canary, of: random.pick(["a", "b"]) } },
      cache: random.pick(tags),
      start_at: random.pick([0, time.now() + random.int(1, 5000)]),
      retries: random.int(0, 2),
      timeout_ms: random.int(2000, 5000) + Math.min(20_000, hardship.patience),
      idempotency_key: `remembered-${random.next()}`,
    }) as unknown as Request;

  async function clear() {
    const tag = random.pick(tags);
    const began = time.now();
    const { services, end } = system.invoke("change", "clear cache");
    try {
      await deleteCache.handle(services, { ...asking, params: { product: "sim", env: "e", tag } });
      ledger.cleared.push({ tag, began, answered: time.now() });
      observer.cover("a cache tag is cleared");
    } catch {
      observer.cover("a cache tag is not cleared");
    }
    end();
  }

  for (let i = random.int(8, 16); i > 0; i--) at(() => create(request()));
  for (let i = random.int(0, 3); i > 0; i--) at(clear);
}
