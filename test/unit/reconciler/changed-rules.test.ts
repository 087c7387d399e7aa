import type { GateName } from "../../../lambdas/core/limits/gate.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { sweepGates } from "../../../lambdas/reconciler/sweep-gates.ts";
import { noon } from "../../support/builders.ts";
import { catalog } from "../../support/catalog/catalog.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const tenant = { product: "my-product", env: "prd" };
const until = noon + 3_600_000;
const far = noon + 900_000;
const gateOf = (n: number): GateName => ({ ...tenant, limit: "customer", key: `C-${String(n).padStart(3, "0")}` });
const gates = Array.from({ length: 48 }, (_, n) => gateOf(n));

/** Lines whose pumps sleep for a quarter of an hour. */
async function sleepingLines() {
  const services = fakeServices({ catalog });
  for (const [n, gate] of gates.entries()) {
    const at = noon - 60_000 + n;
    await services.gates.stand(gate, {
      job: `job_${String(n).padStart(32, "0")}`,
      run: 1,
      attempt: 1,
      due_at: at,
      order: at,
      since: at,
    });
    await services.gates.mark(gate, { id: "m", nextCall: far, promised: "p" }, undefined);
  }
  return services;
}
type Services = Awaited<ReturnType<typeof sleepingLines>>;

/** How many of the lines a tick was sent to since it was last asked. */
function ticked({ ticks }: Services): number {
  const keys = new Set(ticks.sent.map(({ key }) => key));
  ticks.sent.length = 0;
  return keys.size;
}

/** Puts the pumps to sleep again, as after ticks that have found nothing to do. */
async function sleep({ gates: stored }: Services): Promise<void> {
  for (const gate of gates) {
    const [first] = await stored.firsts([gate]);
    await stored.mark(gate, { id: "m", nextCall: far, promised: "p" }, first?.line);
  }
}

/** A sweep that ends after a third of the lines: each look at one takes a second. */
async function shortSweep(services: Services, memory: ReturnType<typeof newMemory>): Promise<void> {
  const { look } = services.gates;
  let looks = 0;
  let now = noon;
  const slow = {
    ...services,
    clock: { ...services.clock, now: () => now },
    gates: {
      ...services.gates,
      look: async (...asked: Parameters<typeof look>) => {
        if (++looks === 16) now += 10_000;
        return look(...asked);
      },
    },
  };
  await sweepGates(slow, memory, noon + 5000);
}

it("a changed rule reaches the lines for which a round had no time, in the next ones", async () => {
  const services = await sleepingLines();
  const memory = newMemory();
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(ticked(services)).toBe(48);
  await sleep(services);
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(ticked(services)).toBe(0);
  await services.gates.pin(
    { ...tenant, limit: "customer" },
    { rate: { limit: 5, period: "1s" }, until, pinned_at: noon },
  );
  await shortSweep(services, memory);
  const first = ticked(services);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(48);
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(first + ticked(services)).toBe(48);
  await sleep(services);
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(ticked(services)).toBe(0);
});

it("a changed rule reaches a line again that could not be looked after", async () => {
  const services = await sleepingLines();
  const memory = newMemory();
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  await sleep(services);
  ticked(services);
  await services.gates.pin(
    { ...tenant, limit: "customer" },
    { rate: { limit: 5, period: "1s" }, until, pinned_at: noon },
  );
  const { look } = services.gates;
  services.gates.look = async (gate, page) => {
    if (gate.key === "C-047") throw new Error("throttled");
    return look(gate, page);
  };
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(ticked(services)).toBe(47);
  services.gates.look = look;
  await sleep(services);
  await sweepGates(services, memory, Number.POSITIVE_INFINITY);
  expect(ticked(services)).toBe(48);
});
