import {
  derivedJobId,
  fewestShards,
  fingerprint,
  jobIdPattern,
  newJobId,
  shardOf,
} from "../../../../lambdas/core/job/job-id.ts";

describe("job ids", () => {
  it("are recognisable, unique and sort by creation", () => {
    const ids = Array.from({ length: 1000 }, newJobId);
    expect(ids.every((id) => jobIdPattern.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(1000);
    expect([...ids].sort()).toEqual(ids);
  });

  it("derived from a key are stable and differ by product, env and key", () => {
    const id = derivedJobId("shop", "prd", "order-1");
    expect(id).toMatch(jobIdPattern);
    expect(derivedJobId("shop", "prd", "order-1")).toBe(id);
    const others = [
      derivedJobId("shop", "dev", "order-1"),
      derivedJobId("shop", "prd", "order-2"),
      derivedJobId("sho", "pprd", "order-1"),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it("have UUID version 8 if they are derived, and 7 if they are fresh", () => {
    expect(derivedJobId("a", "b", "c").charAt("job_".length + 12)).toBe("8");
    expect(newJobId().charAt("job_".length + 12)).toBe("7");
  });

  it("stay in the same one of 8 shards, or in a part of it", () => {
    for (const id of Array.from({ length: 200 }, () => newJobId())) {
      expect(shardOf(id)).toBe(Number.parseInt(id.slice(-1), 16) % 8);
      for (const shards of [16, 64, 256]) expect(shardOf(id, shards) % 8).toBe(shardOf(id));
    }
  });

  it("spread evenly over the shards", () => {
    const counts = Array.from({ length: fewestShards }, () => 0);
    for (let i = 0; i < 8000; i++) {
      const shard = shardOf(derivedJobId("p", "e", String(i)));
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });
});

describe("fingerprint", () => {
  it("does not depend on the order of keys, at any depth", () => {
    expect(fingerprint({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      fingerprint({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it("depends on values and the order of arrays, and never throws", () => {
    const values = [
      { a: 1 },
      { a: "1" },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: "\ud800" },
      { a: Number.POSITIVE_INFINITY },
    ];
    expect(new Set(values.map(fingerprint)).size).toBe(values.length);
  });

  it("is always the same for a stored request", () => {
    const value = JSON.parse('{"b":{"__proto__":{"c":1},"ä":[1,{"z":null,"a":"x"}]},"10":true,"9":1.5,"a":{}}');
    expect(fingerprint(value)).toBe("nURYhJr1qGHddAxrWFUI8OFXAeyehKn8OI7zg2ZFVmk");
  });
});
