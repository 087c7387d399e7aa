/** What an instance is sent: a message of the engine, or the clock's offset. */
export type InstanceMessage = { id: string; message: unknown } | { offset_ms: number };

/** What it sends: that it has loaded, and then the answer to each message. */
export type InstanceAnswer =
  | { kind: "ready" }
  | { kind: "answer"; id: string; answer: unknown }
  | { kind: "error"; id: string; error: string }
  | { kind: "refused"; host: string };
