import { aJob, anOrder, aReceipt, fakeApi, jobId, rejection } from "./fake-api.ts";

describe("dispatch", () => {
  test("resolves with the receipt and does not wait for the job", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }]);
    expect(await api.client.processor.job.dispatch(anOrder())).toEqual(aReceipt());
    expect(api.seen[0]?.headers.prefer).toBeUndefined();
  });

  test("every call creates another job", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }]);
    await api.client.processor.job.dispatch(anOrder());
    await api.client.processor.job.dispatch(anOrder());
    const [first, second] = api.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(first).toBeDefined();
    expect(first).not.toBe(second);
  });

  test("sends the caller's key in the body", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }]);
    await api.client.processor.job.dispatch(anOrder({ idempotency_key: "commande-é-✓" }));
    expect(api.seen[0]?.headers["idempotency-key"]).toBeUndefined();
    expect(JSON.parse(api.seen[0]?.body as string).idempotency_key).toBe("commande-é-✓");
  });

  test("sends bytes as base64", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }]);
    const file = Buffer.alloc(100_003, "0123456789é");
    for (const buffer of [file, new Uint8Array(file.buffer, file.byteOffset + 5, 70_001), Buffer.alloc(0)]) {
      await api.client.processor.job.dispatch(anOrder({ input: { buffer, fileName: "a.bin" } }));
      const { input } = JSON.parse(api.seen.at(-1)?.body as string);
      expect(input.fileName).toBe("a.bin");
      expect(Buffer.from(input.buffer, "base64").equals(buffer)).toBe(true);
    }
  });

  test("does not change base64 strings or the caller's data", async () => {
    await using api = await fakeApi([{ status: 202, body: aReceipt() }]);
    const data = anOrder({ input: { buffer: "aGVsbG8=", fileName: "a.txt" } });
    await api.client.processor.job.dispatch(data);
    expect(JSON.parse(api.seen[0]?.body as string)).toEqual(data);
  });

  test("refuses data that cannot be JSON before it sends anything", async () => {
    await using api = await fakeApi([{}]);
    const error = await rejection(api.client.processor.job.dispatch(anOrder({ input: { payload: 1n } })));
    expect(error).toMatchObject({ name: "InvalidRequestError", code: "INVALID_REQUEST" });
    expect(api.seen).toEqual([]);
  });
});

describe("jobs.get", () => {
  test("resolves with the current state of the job", async () => {
    await using api = await fakeApi([{ body: aJob({ status: "running" }) }]);
    expect(await api.client.jobs.get(jobId)).toEqual(aJob({ status: "running" }));
    expect(api.seen[0]).toMatchObject({ method: "GET", path: `/v1/jobs/${jobId}` });
  });

  test("can wait for the job", async () => {
    await using api = await fakeApi([{ body: aJob() }]);
    await api.client.jobs.get(jobId, { wait: 10 });
    expect(api.seen[0]?.path).toBe(`/v1/jobs/${jobId}?wait=10`);
  });

  test("escapes the id in the path", async () => {
    await using api = await fakeApi([{ body: aJob() }]);
    await api.client.jobs.get("../stats?x=1");
    expect(api.seen[0]?.path).toBe("/v1/jobs/..%2Fstats%3Fx%3D1");
    expect(await rejection(api.client.jobs.get(""))).toMatchObject({ name: "InvalidRequestError" });
  });
});
