import type { Job } from "../../lambdas/core/job/job.ts";
import type { GateItem, Holder } from "../../lambdas/core/limits/gate.ts";
import type { Gates } from "../../lambdas/core/ports/gates.ts";
import type { FakeGates } from "../support/fakes/gates.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import { doingFor, type Invocation } from "./invocation.ts";
import { gateKey, nameOf } from "./ledger.ts";
import type { Observer } from "./observer.ts";
import { limits } from "./product.ts";

const inWords = (holders: Holders) =>
  Object.entries(holders)
    .map(([id, { turn, lease }]) => `${id.slice(-6)} ${turn} until ${lease % 100_000_000}`)
    .join(", ") || "free";

interface Watch {
  jobs: Pick<FakeJobStore, "peek">;
  by: Invocation;
  observer: Observer;
  /** True time. */
  now: () => number;
  /** How often items were written in the latest second in which they were. */
  writes: Map<string, { second: number; count: number }>;
}

type Holders = Record<string, Holder>;

const holdersOf = (gates: FakeGates, { limit, key }: Pick<GateItem, "limit" | "key">): Holders => {
  const kept = gates.all().find(({ gate }) => gateKey(gate) === gateKey({ limit, key }));
  return Object.assign({}, ...[...(kept?.parts.values() ?? [])].map(({ holders }) => holders));
};

/** The claims under which an attempt has started, with its slots. */
const started = new WeakMap<FakeGates, Set<string | undefined>>();

/**
 * The gates as one invocation uses them: nobody frees or takes the slot of a claim under which an attempt runs but the consumer whose
 * claim it is. A claim that has started nothing may have no slot, if the job was not to be claimed when its gates would have been
 * asked: `hasItsSlots` sees to it that it starts nothing then.
 */
export function watchedGates(gates: FakeGates, { jobs, by, observer, now, writes }: Watch): Gates {
  const isLive = (job: Job | undefined, { lease, turn, given }: Holder): job is Job =>
    job?.status === "running" &&
    // A slot that the attempt has not taken, since its limit had left the catalog, is not used by it.
    given === undefined &&
    turn.startsWith(`${job.run}.${job.attempt}.`) &&
    (started.get(gates)?.has(job.claim_id) ?? false) &&
    (job.lease_until ?? 0) > now() &&
    // A slot with a shorter lease is left over from an earlier claim.
    lease >= (job.lease_until ?? 0);

  function check(before: Holders, after: Holders) {
    for (const [id, holder] of Object.entries(before)) {
      const job = after[id] ? undefined : jobs.peek(id);
      if (isLive(job, holder) && job.claim_id !== doingFor(by, id).claim_id)
        observer.violated("limits", `${nameOf(job)} runs, and ${by.what} has given away its slot`);
    }
  }

  const watched =
    <Args extends [GateItem, ...unknown[]], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      const before = holdersOf(gates, args[0]);
      const answer = await call(...args);
      const after = holdersOf(gates, args[0]);
      if (before !== after)
        observer.note(() => `${by.what}: slots of ${gateKey(args[0])} are ${inWords(after)}, were ${inWords(before)}`);
      check(before, after);
      return answer;
    };

  return {
    ...gates,
    take: watched(counted(gates.take, ([part], { outcome }) => outcome === "taken" && part)),
    release: watched(counted(gates.release, ([part], state) => state !== undefined && part)),
    drop: watched(counted(gates.drop, ([part]) => part)),
    notePeak: counted(gates.notePeak, ([gate]) => ({ ...gate, part: 0 })),
    mark: counted(gates.mark, ([gate], isMarked) => isMarked && { ...gate, part: 0 }),
  };

  /** Counts a write of an item, of which DynamoDB takes a thousand a second at most. */
  function counted<Args extends unknown[], Answer>(
    call: (...args: Args) => Promise<Answer>,
    written: (args: Args, answer: Answer) => GateItem | false,
  ) {
    return async (...args: Args): Promise<Answer> => {
      const answer = await call(...args);
      const part = written(args, answer);
      if (part) noteWrite(part);
      return answer;
    };
  }

  function noteWrite(part: GateItem) {
    const second = Math.floor(now() / 1000);
    const name = `${gateKey(part)} ${part.part}`;
    const before = writes.get(name);
    const count = before?.second === second ? before.count + 1 : 1;
    writes.set(name, { second, count });
    observer.most("most writes: of one gate item in a second", count);
    if (count > mostWrites) observer.violated("limits", `${count} writes of ${name} in a second`);
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
const mostWrites = 1000;

/** An attempt that starts has a slot of each of its limits, which lasts as long as its claim. */
export function hasItsSlots(gates: FakeGates, observer: Observer, job: Job) {
  started.set(gates, (started.get(gates) ?? new Set()).add(job.claim_id));
  for (const gate of job.gates ?? []) {
    if (limits[gate.limit]?.concurrency === undefined) continue;
    const { lease = 0 } = holdersOf(gates, gate)[job.id] ?? {};
    if (lease < (job.lease_until ?? 0))
      observer.violated("limits", `${nameOf(job)} starts without a slot of ${gate.limit} until the end of its claim`);
  }
}
