import type { SignalSent } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords, requireTenant } from "./defaults.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import type { SignalFields } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

/** A message to runs of features. It needs a product and an env, by their names or by the client's defaults. */
export type SignalRequest<C extends Catalog = Catalog> = Partial<TenantOf<C>> & SignalFields;

/** Messages to runs of features that wait for them. */
export interface Signals<C extends Catalog = Catalog> {
  /**
   * Sends a message to every run that waits for `signal` with this `key`, or to the run of `job_id`. A run that begins to wait later takes it
   * too, for 90 days. Each run takes a message of an `id` once, so a call with an `id` may be repeated. The key needs `jobs:write`. Rejects with an
   * InvalidRequestError for what no run could take, and with a ConflictError if the run of `job_id` has ended.
   *
   * @example
   * await ductape.signals.send({ signal: "paid", key: order.id, payload: { amount: 42.5 }, id: event.id });
   */
  send(request: SignalRequest<C>, options?: CallOptions): Promise<SignalSent>;
}

export const createSignals = (transport: Transport, defaults: () => Defaults): Signals => ({
  async send(request, { signal } = {}) {
    const whole = inOurWords(request, defaults());
    requireTenant("signals.send", whole, ["product_tag", "env"]);
    const repeatable = request.id !== undefined;
    const answer = await transport.call({
      ...{ method: "POST", path: "/v1/signals", body: written(whole), signal, repeatable },
    });
    return expectFields<SignalSent>(answer, "id", "offered");
  },
});
