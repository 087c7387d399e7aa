import { expect, test } from "@jest/globals";
import { lazyPort } from "../../../../lambdas/aws/start/lazy-port.ts";

interface Recorder {
  record(...what: unknown[]): Promise<unknown[]>;
}

/** A port that answers the arguments it got, and `this` if that is lost. */
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

test("its adapter is loaded by the first call, and once, also by calls at the same time", async () => {
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

test("a load that fails fails its call, and the next call loads again", async () => {
  let loads = 0;
  const port = lazyPort<Recorder>(async () => {
    if (loads++ === 0) throw new Error("the disk was busy");
    return recorder();
  });
  await expect(port.record(1)).rejects.toThrow("the disk was busy");
  expect(await port.record(2)).toEqual([2]);
});

test("what a method throws, or answers without a promise, reaches the caller", async () => {
  const port = lazyPort(async () => ({
    fails: () => Promise.reject(new Error("no")),
    plain: () => 5,
  }));
  await expect(port.fails()).rejects.toThrow("no");
  expect(await port.plain()).toBe(5);
});

test("a lazy port can be awaited: it is no promise", async () => {
  const port = lazyPort<Recorder>(async () => recorder());
  expect(await Promise.resolve(port)).toBe(port);
});
