import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "@smithy/core/client";
import type { MetadataBearer } from "@smithy/types";

/*
 * Runs before a test file (captured.jest.config.js) and records each request that an SDK client is asked to make or to
 * sign as a line of JSON, whatever the test does with it.
 */

type Resolve = Command<object, MetadataBearer, object, object, MetadataBearer>["resolveMiddlewareWithContext"];
interface Named {
  clientName: string;
  commandName: string;
}

const folder = process.env.CAPTURED_REQUESTS ?? "";
mkdirSync(folder, { recursive: true });
const file = join(folder, `${process.pid}.jsonl`);

/** JSON for values that JSON cannot express: bytes, dates, streams. Absent fields are left out, as the SDK does. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { $bytes: value.length };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if ("pipe" in value || "getReader" in value) return { $bytes: 0 };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, plain(field)]),
  );
};

const { prototype } = Command as unknown as { prototype: { input: unknown; resolveMiddlewareWithContext: Resolve } };
const original = prototype.resolveMiddlewareWithContext;
prototype.resolveMiddlewareWithContext = function (this: { input: unknown }, ...given: Parameters<Resolve>) {
  const { clientName, commandName } = given[3] as Named;
  const { testPath = "" } = expect.getState();
  const line = { client: clientName, command: commandName, input: plain(this.input), test: testPath };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
  return original.apply(this as never, given);
} as Resolve;
