import type { GateName } from "../limits/gate.ts";

/** A message to the pump: it looks at the line of one gate, calls who may start, and sends the next one. */
export interface Tick extends GateName {
  /** The note under which the tick was promised (`LineMark.promised`). */
  by: string;
  /** When the message was to become visible, epoch milliseconds. */
  visible: number;
  /** It only hands over the free slots of the gate. No mark promises it. */
  hands_over?: true;
}

export interface Ticks {
  /** Sends ticks; each becomes visible at its `visible`, to the second and at most 15 minutes ahead. Throws what a queue throws. */
  send(ticks: readonly Tick[], now: number): Promise<void>;
}
