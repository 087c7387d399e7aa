/** A piece of the system in which things fall due, as the clock sees it. */
export interface Work {
  /** What it is still at, in words, as of now; undefined when all that is due has been done. */
  busy(): string | undefined;
  /** When the next thing falls due that it knows of, epoch milliseconds; undefined if there is none. Asked when idle. */
  nextAt(): number | undefined;
  /** The time has been moved. */
  moved?(): void;
  /** A move of the time begins or ends. */
  moving?(is: boolean): void;
}
