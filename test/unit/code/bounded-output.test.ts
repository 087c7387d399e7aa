import { inspect } from "node:util";
import { afterEach, expect, it } from "@jest/globals";
import { boundOutput, mostOutputBytes } from "../../../lambdas/code/bounded-output.ts";

const { log } = console;
const writes = [process.stdout, process.stderr].map((stream) => [stream, stream.write] as const);

afterEach(() => {
  console.log = log;
  for (const [stream, write] of writes) stream.write = write;
});

it("what the console of Lambda prints of objects is bounded as what it prints of texts", () => {
  let printed = 0;
  // It writes past the streams.
  console.log = (...parts: unknown[]) => {
    printed += parts.map((part) => (typeof part === "string" ? part : inspect(part))).join(" ").length;
  };
  process.stderr.write = () => true;
  const begin = boundOutput();
  begin();
  const order = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`field${i}`, "x".repeat(20)]));
  for (let i = 0; i < 1000; i++) console.log("an order", order);
  expect(printed).toBeGreaterThan(mostOutputBytes / 2);
  expect(printed).toBeLessThanOrEqual(mostOutputBytes);
});
