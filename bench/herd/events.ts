/** Things that happen, in the order of their times. What happens is a number, to which its meaning is up to the caller. */
export class Events {
  readonly #times: number[] = [];
  readonly #what: number[] = [];

  get isEmpty(): boolean {
    return this.#times.length === 0;
  }

  push(time: number, what: number): void {
    let at = this.#times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#times[parent] as number) <= time) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#times[at] = time;
    this.#what[at] = what;
  }

  /** Takes the earliest one. There must be one. */
  pop(): { time: number; what: number } {
    const first = { time: this.#times[0] as number, what: this.#what[0] as number };
    const time = this.#times.pop() as number;
    const what = this.#what.pop() as number;
    const size = this.#times.length;
    if (size === 0) return first;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && (this.#times[child + 1] as number) < (this.#times[child] as number)) child++;
      if ((this.#times[child] as number) >= time) break;
      this.#move(child, at);
      at = child;
    }
    this.#times[at] = time;
    this.#what[at] = what;
    return first;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#what[to] = this.#what[from] as number;
  }
}

/** A rate that is not exceeded: each call answers when the next unit may pass, at `time` or later. Called in the order of time. */
export function limited(perSecond: number): (time: number) => number {
  let free = Number.NEGATIVE_INFINITY;
  return (time) => {
    const at = Math.max(time, free);
    free = at + 1000 / perSecond;
    return at;
  };
}
