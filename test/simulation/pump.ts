import { tickLine } from "../../lambdas/core/operations/tick.ts";
import type { Tick, Ticks } from "../../lambdas/core/ports/ticks.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { World } from "./adversary.ts";
import { type Invoke, mostCalls } from "./invocations.ts";
import { gateKey } from "./ledger.ts";

export interface Pumping {
  ticks: Ticks;
  /** Messages that are still to be delivered. */
  inFlight(): number;
}

/** As on AWS: a tick that was killed comes again soon. */
const visibilityMs = 30_000;
const maxReceives = 5;
/** Ticks of one gate at a time. More mean that they multiply. */
const mostOfOneGate = 24;

/** The queue of the pump of lines, and the Lambda that reads it. */
export function pumping(world: World, { gates }: { gates: FakeGates }, invoke: () => Invoke): Pumping {
  const { time, hardship, observer } = world;
  // Only histories with limits have ticks.
  const random = world.limited ?? world.lines?.random ?? world.random;
  const lag = world.lines?.tickLag ?? 0;
  const ofGate = new Map<string, number>();
  let messages = 0;

  function count(tick: Tick, by: 1 | -1) {
    messages += by;
    const all = (ofGate.get(gateKey(tick)) ?? 0) + by;
    ofGate.set(gateKey(tick), all);
    observer.most("most ticks: of one gate", all);
    if (all > mostOfOneGate) observer.violated("limits", `${all} ticks of ${gateKey(tick)} are in flight`);
  }

  function deliver(tick: Tick, receives: number) {
    let isOver = false;
    const again = () => {
      isOver = true;
      if (receives < maxReceives) return deliver(tick, receives + 1);
      observer.cover("dead letter of the pump");
      count(tick, -1);
    };
    const cancel = time.after(visibilityMs, again);
    handle(tick).then(
      () => {
        cancel();
        count(tick, -1);
      },
      () => {
        if (!isOver) {
          cancel();
          time.after(5000, again);
        }
      },
    );
  }

  async function handle(tick: Tick): Promise<void> {
    const { services, end, invocation } = invoke()("pump", `pump of ${gateKey(tick)}`);
    observer.cover("tick");
    // Those that are cancelled meanwhile are taken off by it, or are not there any more at its end.
    const before = waitersOf(tick);
    try {
      await tickLine(services, tick);
    } catch (error) {
      invocation.dead = true;
      throw error;
    } finally {
      end(mostCalls.pump + 3 * Math.max(before, waitersOf(tick)));
    }
  }

  const waitersOf = (tick: Tick): number =>
    gates.all().find(({ gate }) => gateKey(gate) === gateKey(tick))?.waiters.length ?? 0;

  return {
    ticks: {
      async send(ticks, now) {
        for (const tick of ticks) {
          const delaySeconds = Math.min(900, Math.max(0, Math.floor((tick.visible - now) / 1000)));
          const copies = random.chance(hardship.duplicate) ? 2 : 1;
          if (copies > 1) observer.cover("duplicate tick");
          for (let copy = 0; copy < copies; copy++) {
            count(tick, 1);
            time.after(delaySeconds * 1000 + lag + random.int(0, Math.min(hardship.queueLag, 20_000)), () =>
              deliver(tick, 1),
            );
          }
        }
      },
    },
    inFlight: () => messages,
  };
}
