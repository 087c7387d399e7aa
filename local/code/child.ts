import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { setClockOffset } from "../clock/shifted-date.ts";
import type { InstanceAnswer, InstanceMessage } from "./protocol.ts";

/** A process that runs the code of one product, one call at a time, as an instance of its Lambda function does. */

// A function that redefines these must not be able to answer in another's place by mistake.
const send = process.send?.bind(process);
const say = (answer: InstanceAnswer) => void send?.(answer);

const [, , file = ""] = process.argv;
const { handler } = (await import(pathToFileURL(file).href)) as { handler: (message: unknown) => Promise<unknown> };

// Ctrl-C reaches the whole process group, but the parent decides when running work has ended.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message: InstanceMessage) => {
  if ("offset_ms" in message) return setClockOffset(message.offset_ms);
  const { id } = message;
  handler(message.message).then(
    (answer) => say({ kind: "answer", id, answer }),
    (error: unknown) => say({ kind: "error", id, error: inspect(error) }),
  );
});
say({ kind: "ready" });
