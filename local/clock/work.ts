/** A part of the system in which things fall due, as the clock sees it. */
export interface Work {
  /** What it is busy with, in words; undefined when everything that is due is done. */
  busy(): string | undefined;
  /** When its next thing falls due, epoch milliseconds; undefined if there is none. Called while it is idle. */
  nextAt(): number | undefined;
  /** Called after the time was moved. */
  moved?(): void;
  /** Called when a move of the time begins or ends. */
  moving?(is: boolean): void;
}
