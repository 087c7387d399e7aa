import { expect, test } from "@jest/globals";
import { lazyPort } from "../../../../lambdas/aws/start/lazy-port.ts";

interface Recorder {
  record(...what: unknown[]): Promise<unknown[]>;
}

/** A port that returns its arguments and checks `this`. */
const recorder = (): Recorder & { calls: number } => ({
  calls: 0,
  async record(...what) {
    this.calls++;
    return what;
  },
});

test("a lazy port passes on every argument of every call", async () => {
  const port = lazyPort<Recorder>(async () => recorder());
  expect(await port.record()).toEqual([]);
  expect(await port.record("key", { from: 7, etag: "e" }, undefined, 4)).toEqual([
    "key",
    { from: 7, etag: "e" },
    undefined,
    4,
  ]);
});

test("a lazy port loads its adapter once, at the first call", async () => {
  let loads = 0;
  const port = lazyPort<Recorder>(async () => {
    loads++;
    return recorder();
  });
  expect(loads).toBe(0);
  await Promise.all([port.record(1), port.record(2)]);
  await port.record(3);
  expect(loads).toBe(1);
});

test("a failed load of a lazy port is repeated by the next call", async () => {
  let loads = 0;
  const port = lazyPort<Recorder>(async () => {
    if (loads++ === 0) throw new Error("the disk was busy");
    return recorder();
  });
  await expect(port.record(1)).rejects.toThrow("the disk was busy");
  expect(await port.record(2)).toEqual([2]);
});

test("a lazy port passes on what a method throws or returns", async () => {
  const port = lazyPort(async () => ({
    fails: () => Promise.reject(new Error("no")),
    plain: () => 5,
  }));
  await expect(port.fails()).rejects.toThrow("no");
  expect(await port.plain()).toBe(5);
});

test("a lazy port is not a promise, and can be awaited", async () => {
  const port = lazyPort<Recorder>(async () => recorder());
  expect(await Promise.resolve(port)).toBe(port);
});
