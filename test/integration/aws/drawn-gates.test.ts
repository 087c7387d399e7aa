import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import {
  type Ask,
  emptyPart,
  type GateItem,
  type GateItemState,
  type Holder,
} from "../../../lambdas/core/limits/gate.ts";
import type { Gates } from "../../../lambdas/core/ports/gates.ts";
import { startDynamo, table } from "../../support/aws/dynamo.ts";
import { noon } from "../../support/builders.ts";
import { idOf, perSecond } from "../../support/conformance/fresh-gate.ts";
import { fakeGates } from "../../support/fakes/gates.ts";

/*
 * The rules of gates stand twice: as pure functions, by which the fake works, and as conditions of writes. Histories that are drawn at
 * random, the same in each run, lead to the same.
 */
let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let gates: Gates;
let gate: GateItem;
let used = 0;
beforeAll(async () => {
  dynamo = await startDynamo();
  gates = dynamoGates({ client: dynamo.client, table });
});
afterAll(() => dynamo.stop());
beforeEach(() => {
  gate = { product: "shop", env: "prd", limit: "mailbox", key: `k${++used}`, part: 0 };
});

const rates = [undefined, perSecond, { increment: 300_000, burst: 3 }, { increment: 40_000, burst: 1 }];

/** An ask of one of five jobs, which may hold a slot already. */
function anAsk({ pick, now, holders }: { pick: Pick; now: number; holders: Record<string, Holder> }): Ask {
  const job = idOf(pick(1, 2, 3, 4, 5));
  const [held, rate] = [holders[job], pick(...rates)];
  const slot = {
    lease: now + pick(100, 2000, 5000),
    limit: pick(0, 1, 2, 3, 4),
    ...(pick(true, true, false) && { seesParts: true as const }),
    ...(pick(true, false, false) && { isGiven: true as const }),
    ...(held && pick(true, false, false) && { from: held.lease }),
  };
  return {
    job,
    turn: pick("1.1.0.0", "1.1.0.1", "1.2.0.0"),
    now,
    ...(pick(true, true, false) && { slot }),
    ...(rate && { rate }),
    ...(pick(true, false) && { isCalled: true, ...(pick(true, false) && { lag: 10 }) }),
  };
}

test("a random history of a gate leads to the same in the table and in memory", async () => {
  const pick = picking(7);
  const memory = fakeGates();
  let now = noon;
  for (let step = 0; step < 600; step++) {
    now += pick(0, 0, 1, 50, 400, 3000);
    const part = { ...gate, part: pick(0, 0, 0, 1) };
    const { line, holders = {} } = (await memory.parts(gate))[part.part] ?? {};
    const act = pick("take", "take", "take", "take", "release", "drop", "mark", "peak");
    const note = { id: pick("a", "b"), promised: `note ${step}`, ...(pick(true, false) && { emptyAt: now, lag: 0.5 }) };
    const ask = anAsk({ pick, now, holders });
    const { job } = ask;
    const held = holders[job];
    const next = pick(note, note, undefined);
    const expected = pick(line, line, undefined);
    const [releasing, from] = [held && pick(held.turn, "9.9.9.9"), held && pick(undefined, held.lease)];
    const done = await Promise.all(
      [memory, gates].map((by) => {
        if (act === "take") return by.take(part, ask);
        if (act === "release") return by.release(part, job, releasing ?? "1.1.0.0", from);
        if (act === "drop") return by.drop(part, job, { lease: held?.lease ?? 5 });
        if (act === "peak") return by.notePeak(gate, step % 7);
        return by.mark(gate, next, expected);
      }),
    );
    const what = { step, act, ask };
    expect({ ...what, answer: done[1] }).toEqual({ ...what, answer: done[0] });
    const [kept, inTable] = await Promise.all([memory.parts(gate), gates.parts(gate)]);
    expect({ ...what, parts: withoutUnused(inTable) }).toEqual({ ...what, parts: withoutUnused(kept) });
  }
}, 60_000);

test("simultaneous requests to a gate are served as if in some order", async () => {
  const pick = picking(11);
  const processes = [1, 2, 3].map(() => dynamoGates({ client: dynamo.client, table }));
  let now = noon;
  for (let step = 0; step < 120; step++) {
    now += pick(0, 0, 1, 50, 400, 3000);
    if (step % 50 === 40) await gates.notePeak(gate, step);
    const before = (await gates.parts(gate))[0] ?? emptyPart();
    // No two of them ask the very same, as a repetition of one would.
    const asks = processes
      .map(() => anAsk({ pick, now, holders: before.holders }))
      .map((ask, i) => ({ ...ask, ...(ask.slot && { slot: { ...ask.slot, lease: ask.slot.lease + i } }) }));
    const freed = pick(...Object.entries(before.holders), undefined);
    const seen = pick(before.line, undefined);
    const acts: Act[] = [
      ...asks.map(
        (ask, i): Act =>
          (store) =>
            (store === gates ? processes[i] : store)?.take(gate, ask),
      ),
      (store) => (freed ? store.release(gate, freed[0], freed[1].turn) : undefined),
      (store) => store.mark(gate, step % 3 > 0 ? { id: `at ${step}` } : undefined, seen),
    ];
    const answers = await Promise.all(acts.map((act) => act(gates)));
    const after = (await gates.parts(gate))[0] ?? emptyPart();
    const found = JSON.stringify(sorted([answers, after]));
    // A slot that is over is dropped in a write of its own, and its finder may be refused after it.
    const dropped = Object.entries(before.holders).filter(([, { lease }]) => lease < now);
    const drops = dropped.map(
      ([job, seen]): Act =>
        async (store) =>
          void (await store.drop(gate, job, seen)),
    );
    const isSome =
      (await isPlayed({ before, acts, found })) ||
      (await Promise.all(drops.map((drop) => isPlayed({ before, acts: [...acts, drop], found })))).includes(true);
    expect({ step, asks, before, answers, after, isSome }).toMatchObject({ isSome: true });
  }
}, 60_000);

type Act = (store: Gates) => Promise<unknown> | undefined;

interface Played {
  before: GateItemState;
  acts: Act[];
  found: string;
}

/** Whether acts lead to what was found if they are done in some order. */
async function isPlayed({ before, acts, found }: Played): Promise<boolean> {
  for (const order of permutations(acts.map((_, i) => i))) {
    const memory = fakeGates();
    await memory.notePeak(gate, 0);
    memory.all()[0]?.parts.set(0, structuredClone(before));
    const answers: unknown[] = [];
    for (const i of order) answers[i] = await acts[i]?.(memory);
    if (JSON.stringify(sorted([answers.slice(0, 5), (await memory.parts(gate))[0]])) === found) return true;
  }
  return false;
}

/** A value with the fields of its objects in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}

const permutations = <T>(of: T[]): T[][] =>
  of.length < 2 ? [of] : of.flatMap((one, i) => permutations(of.toSpliced(i, 1)).map((rest) => [one, ...rest]));

/** A part that was written and is empty is as good as one that was not. */
const withoutUnused = (parts: Awaited<ReturnType<Gates["parts"]>>) =>
  Object.entries(parts).filter(([, part]) => JSON.stringify(part) !== '{"holders":{},"count":0}');

type Pick = <T>(...of: T[]) => T;

/** Draws that are the same in each run. */
function picking(seed: number): Pick {
  const random = seeded(seed);
  return <T>(...of: T[]): T => of[Math.floor(random() * of.length)] as T;
}

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
