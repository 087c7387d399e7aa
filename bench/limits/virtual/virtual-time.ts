import { setImmediate } from "node:timers/promises";
import type { Time } from "../time.ts";

interface VirtualTime extends Time {
  /** Lets time pass, as fast as the machine can, until a promise is settled. Whatever is awaited meanwhile has to be in memory. */
  until<T>(promise: Promise<T>): Promise<T>;
}

interface Timer {
  at: number;
  /** Timers of the same time go off in the order in which they were set. */
  number: number;
  run: (() => void) | undefined;
}

/** Time that stands still while anything is to be done, and then jumps to the next timer. */
export function virtualTime(start: number): VirtualTime {
  let now = start;
  let number = 0;
  const timers = heap();

  function after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: now + Math.max(0, Math.ceil(ms)), number: number++, run };
    timers.add(timer);
    return () => {
      timer.run = undefined;
    };
  }

  return {
    now: () => now,
    after,

    sleep(ms, signal) {
      if (ms <= 0 || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const end = () => {
          takeBack();
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const takeBack = after(ms, end);
        signal?.addEventListener("abort", end);
      });
    },

    async until(promise) {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      promise.then(over, over);
      // Every promise that is ready has gone on by then, however long its chain is.
      for (await setImmediate(); !isOver; await setImmediate()) {
        const next = timers.first();
        if (!next) continue;
        now = next.at;
        for (let due = timers.first(); due?.at === now; due = timers.first()) timers.removeFirst().run?.();
      }
      return promise;
    },
  };
}

/** A binary heap: tens of thousands of timers are set at a time. */
function heap() {
  const items: Timer[] = [];
  const isBefore = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.number < b.number);
  const at = (index: number) => items[index] as Timer;
  function swap(a: number, b: number): void {
    [items[a], items[b]] = [at(b), at(a)];
  }
  return {
    first: (): Timer | undefined => items[0],
    add(timer: Timer): void {
      items.push(timer);
      for (let index = items.length - 1; index > 0; ) {
        const parent = (index - 1) >> 1;
        if (!isBefore(at(index), at(parent))) return;
        swap(index, parent);
        index = parent;
      }
    },
    removeFirst(): Timer {
      const first = at(0);
      const last = items.pop() as Timer;
      if (items.length === 0) return first;
      items[0] = last;
      for (let index = 0; ; ) {
        const children = [2 * index + 1, 2 * index + 2].filter((child) => child < items.length);
        const [least = index] = children.sort((a, b) => (isBefore(at(a), at(b)) ? -1 : 1));
        if (least === index || !isBefore(at(least), at(index))) return first;
        swap(index, least);
        index = least;
      }
    },
  };
}
