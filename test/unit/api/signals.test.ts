import { fakeApi } from "../../support/api.ts";
import { aMessage } from "../../support/builders.ts";

const body = { product_tag: "my-product", env: "prd", signal: "paid", key: "A-1", payload: { amount: 5 }, id: "evt_1" };

const address = { product: "my-product", env: "prd", signal: "paid", to: { key: "A-1" } };

/** An API, and a run that waits at the address. */
async function world() {
  const api = fakeApi();
  await api.signals.listen(address, { message: aMessage(), step: "main.money", until: Number.POSITIVE_INFINITY });
  const send = (query: Record<string, string> = {}) => api.ask({ method: "POST", path: "/v1/signals", body, query });
  return { ...api, send };
}

describe("POST /v1/signals", () => {
  it("refuses a message to an address that is full, and says until when and what to do", async () => {
    const { signals, send } = await world();
    signals.put = async () => ({ is: "full", until: 1_900_000_000_000 });
    signals.fullUntil = async () => 1_900_000_000_000;
    for (const query of [{}, { dry_run: "true" }] as Record<string, string>[]) {
      const { status, body } = await send(query);
      expect(status).toBe(409);
      expect(body).toMatchObject({
        code: "STATE_CONFLICT",
        detail: expect.stringMatching(
          /paid with this key has 10000 messages.*2030-03-17T17:46:40.000Z.*a separate key/,
        ),
      });
    }
  });

  it("takes one again that it had accepted before", async () => {
    const { signals, send } = await world();
    const { body: first } = await send();
    signals.put = async () => ({ is: "full", until: 1_900_000_000_000 });
    const { status, body } = await send();
    expect(status).toBe(202);
    expect(body).toEqual(first);
  });
});
