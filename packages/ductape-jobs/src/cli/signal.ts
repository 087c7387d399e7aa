import type { SignalSent } from "ductape-sdk";
import { readInput } from "./arguments/read-value.ts";
import type { ApiOptions, Context } from "./context.ts";
import { clean } from "./terminal/clean.ts";
import { fields } from "./terminal/table.ts";

interface SignalOptions extends ApiOptions {
  product?: string;
  env?: string;
  key?: string;
  job?: string;
  payload?: string;
  id?: string;
}

/** `signal` */
export async function sendSignal(context: Context, signal: string, options: SignalOptions): Promise<void> {
  const { product: product_tag, env, key, job: job_id, id } = options;
  const payload = options.payload === undefined ? undefined : await readInput(options.payload, context.io, "--payload");
  const body = { product_tag, env, signal, key, job_id, payload, id };
  const sent = await context.api.request<SignalSent>("POST", "/v1/signals", { body, repeatable: id !== undefined });
  context.print(sent);
  context.say([
    clean(sent.id),
    ...fields([
      ["runs woken", sent.offered.length === 0 ? "none waits for it yet" : sent.offered.join(", ")],
      ["kept until", context.when(sent.kept_until)],
    ]),
  ]);
}
