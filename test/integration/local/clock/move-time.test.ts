import { expect, test } from "@jest/globals";
import { type Move, moveTime } from "../../../../local/clock/move-time.ts";
import type { Work } from "../../../../local/clock/work.ts";

/** A component with work due at each of these times, which stays busy for `looks` checks when a time comes. */
function aComponent(times: number[], now: () => number, log: (text: string) => void, looks = 2) {
  let left = 0;
  const due = [...times];
  const component: Work = {
    busy: () => {
      if (left === 0 && due[0] !== undefined && due[0] <= now()) {
        left = looks;
        log(`${due.shift()} begun at ${now()}`);
      }
      return left > 0 && left-- > 1 ? "a component is at work" : undefined;
    },
    nextAt: () => due[0],
  };
  return { component, due };
}

function aMove(times: number[][], overrides: Partial<Move> = {}) {
  let time = 1000;
  let real = 0;
  const lines: string[] = [];
  const components = times.map((each) =>
    aComponent(
      each,
      () => time,
      (text) => lines.push(text),
    ),
  );
  const move: Move = {
    works: components.map(({ component }) => component),
    now: () => time,
    set: (ms) => {
      time = ms;
    },
    to: 10_000,
    maxHops: 100,
    limitMs: 1000,
    signal: new AbortController().signal,
    stopwatch: () => real,
    pause: async () => {
      real += 1;
    },
    ...overrides,
  };
  return { move, lines, time: () => time };
}

test("everything that falls due begins at its time, in order", async () => {
  const { move, lines, time } = aMove([[5000, 9000], [2000, 9000, 12_000], []]);
  expect(await moveTime(move)).toEqual({ hops: 4 });
  expect(lines).toEqual(["2000 begun at 2000", "5000 begun at 5000", "9000 begun at 9000", "9000 begun at 9000"]);
  expect(time()).toBe(10_000);
});

test("work that was due before the move begins first", async () => {
  const { move, lines } = aMove([[500], [3000]]);
  await moveTime(move);
  expect(lines).toEqual(["500 begun at 1000", "3000 begun at 3000"]);
});

test("a move in which nothing falls due takes one hop", async () => {
  const { move, time } = aMove([[]]);
  expect(await moveTime(move)).toEqual({ hops: 1 });
  expect(time()).toBe(10_000);
});

test("a move stops at its limit of hops and says so", async () => {
  const { move, time } = aMove([[2000, 3000, 4000]], { maxHops: 2 });
  expect(await moveTime(move)).toEqual({ hops: 2, stopped: "it took more than 2 hops (max_hops)" });
  expect(time()).toBe(3000);
});

test("a move names a component that stays busy too long in real time", async () => {
  const endless: Work = { busy: () => "a job is being worked on", nextAt: () => undefined };
  const { move, time } = aMove([[]]);
  const moved = await moveTime({ ...move, works: [endless] });
  expect(moved).toEqual({ hops: 0, stopped: "a job is being worked on after 1 s of real time" });
  expect(time()).toBe(1000);
});

test("a move stops when its caller is gone", async () => {
  const gone = new AbortController();
  const { move, time } = aMove([[2000, 3000]], { signal: gone.signal });
  const { set } = move;
  const moved = await moveTime({
    ...move,
    set: (ms) => {
      set(ms);
      gone.abort();
    },
  });
  expect(moved).toEqual({ hops: 1, stopped: "the caller is gone" });
  expect(time()).toBe(2000);
});

test("components are notified of every move", async () => {
  let moves = 0;
  const component: Work = { busy: () => undefined, nextAt: () => undefined, moved: () => moves++ };
  const { move } = aMove([[2000, 3000]]);
  await moveTime({ ...move, works: [...move.works, component] });
  expect(moves).toBe(3);
});
