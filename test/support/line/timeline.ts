/** Virtual time: events happen in order of their time, and each runs until everything waits again. */
export interface Timeline {
  now(): number;
  /** Calls `happen` at `now() + ms`. */
  after(ms: number, happen: () => void): () => void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets no time pass until work has settled that takes turns of the event loop. */
  hold<Result>(work: Promise<Result>): Promise<Result>;
  /** Lets events happen while `going()` is true and there are any; returns whether none are left. */
  run(going: () => boolean): Promise<boolean>;
}

interface Event {
  at: number;
  order: number;
  happen: (() => void) | undefined;
}

const earlier = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Resolves once everything that is ready to run has run, however long its chain of promises is: Node processes its ticks once
 * no promise is left to settle. A turn of the event loop would do the same and cost ten times as much.
 */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** A turn of the event loop, whatever a handler under test has made of the global function. */
const { setImmediate: nextTurn } = globalThis;
const turn = () => new Promise<void>((resolve) => void nextTurn(resolve));

export function timeline(start: number): Timeline {
  let now = start;
  let order = 0;
  let held = 0;
  const heap: Event[] = [];

  function push(event: Event) {
    let i = heap.push(event) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && earlier(event, heap[parent] as Event); parent = (i - 1) >> 1) {
      heap[i] = heap[parent] as Event;
      i = parent;
    }
    heap[i] = event;
  }

  function pop(): Event | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!earlier(heap[child] as Event, last)) break;
      heap[i] = heap[child] as Event;
      i = child;
    }
    heap[i] = last;
    return first;
  }

  const after = (ms: number, happen: () => void) => {
    const event: Event = { at: now + Math.max(0, ms), order: order++, happen };
    push(event);
    return () => {
      event.happen = undefined;
    };
  };

  const allSettled = async () => {
    await settled();
    while (held > 0) {
      await turn();
      await settled();
    }
  };

  return {
    now: () => now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const cancel = after(ms, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          resolve();
        });
      }),
    hold(work) {
      held += 1;
      return work.finally(() => {
        held -= 1;
      });
    },
    async run(going) {
      await allSettled();
      while (going()) {
        const event = pop();
        if (!event) return true;
        if (!event.happen) continue;
        now = event.at;
        event.happen();
        await allSettled();
      }
      return false;
    },
  };
}
