import { EventEmitter } from "node:events";
import { guardEvents, guarded } from "../../../../lambdas/consumers/clients/guarded.ts";

it("an error in a guarded listener fails the work", () => {
  const failed: unknown[] = [];
  const listener = guarded(
    (row: string) => {
      throw new RangeError(row);
    },
    (error) => failed.push(error),
  );
  listener("deep");
  expect(failed).toEqual([new RangeError("deep")]);
});

it("a guarded emitter never throws, whatever its listeners throw", () => {
  const failed: unknown[] = [];
  const emitter = new EventEmitter();
  guardEvents(emitter, (error) => failed.push(error));
  const seen: unknown[] = [];
  emitter.on("data", (chunk) => seen.push(chunk));
  expect(emitter.emit("data", 1)).toBe(true);
  expect(emitter.emit("other")).toBe(false);
  emitter.on("data", () => {
    throw new Error("no row");
  });
  expect(emitter.emit("data", 2)).toBe(true);
  expect(emitter.emit("error", new Error("nobody listens"))).toBe(true);
  expect(seen).toEqual([1, 2]);
  expect(failed.map(String)).toEqual(["Error: no row", expect.stringContaining("nobody listens")]);
});
