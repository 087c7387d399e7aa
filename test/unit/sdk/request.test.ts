import { InvalidRequestError } from "../../../sdk/src/index.ts";
import { fakeApi } from "./fake-api.ts";

describe("a free request of the client", () => {
  it("sends its parts and resolves with the answer", async () => {
    const answer = { job_id: "job_1", status: "scheduled", extra: [1] };
    await using api = await fakeApi([{ body: answer }]);
    const query = { wait: 5, label: "a b", env: undefined };
    const options = { query, body: { event: "e" }, headers: { "idempotency-key": "k" } };
    expect(await api.client.request("POST", "/v1/jobs", options)).toEqual(answer);
    expect(api.seen[0]).toMatchObject({ method: "POST", path: "/v1/jobs?wait=5&label=a+b", body: '{"event":"e"}' });
    expect(api.seen[0]?.headers).toMatchObject({ "idempotency-key": "k", "content-type": "application/json" });
  });

  it("is repeated after a 503 unless it is a POST", async () => {
    const tries = async (method: "GET" | "POST", repeatable?: boolean) => {
      await using api = await fakeApi([{ status: 503 }, { body: {} }]);
      await api.client.request(method, "/v1/x", { repeatable }).catch(() => {});
      return api.seen.length;
    };
    expect([await tries("GET"), await tries("POST"), await tries("POST", true)]).toEqual([2, 1, 2]);
  });

  it("resolves with an empty object for 204", async () => {
    await using api = await fakeApi([{ status: 204 }]);
    expect(await api.client.request("DELETE", "/v1/jobs/job_1")).toEqual({});
  });

  it("refuses a path that could name another host", async () => {
    await using api = await fakeApi([{}]);
    await expect(api.client.request("GET", ".example.com/v1")).rejects.toBeInstanceOf(InvalidRequestError);
    expect(api.seen).toEqual([]);
  });
});
