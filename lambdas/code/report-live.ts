import type { LiveProgress } from "../core/job/code-messages.ts";

/** How many milliseconds lie between two reports: a loop that reports must not write at its speed. */
const everyMs = 1000;
/** How long a report may take. */
const putMs = 5000;

/**
 * Puts what a function reports where its readers find it while it runs: the first at once, and then the latest of each second, one at a time. A
 * report that fails is lost: the next one replaces it anyway, and the last one comes with the answer.
 */
export function reportLive(url: string, put = putJson): { report(value: unknown): void; end(): void } {
  let next: { value: unknown } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isOver = false;
  const rest = () => {
    if (isOver) return;
    timer = setTimeout(() => {
      isBusy = false;
      send();
    }, everyMs);
    timer.unref();
  };
  const send = () => {
    if (isBusy || isOver || !next) return;
    const live: LiveProgress = { v: next.value, at: Date.now() };
    next = undefined;
    isBusy = true;
    put(url, JSON.stringify(live)).then(rest, rest);
  };
  return {
    report(value) {
      next = { value };
      send();
    },
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

async function putJson(url: string, body: string): Promise<void> {
  await fetch(url, {
    method: "PUT",
    body,
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(putMs),
  });
}
