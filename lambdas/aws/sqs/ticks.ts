import type { SQSClient } from "@aws-sdk/client-sqs";
import { defined } from "../../core/kernel/defined.ts";
import type { TickMessage } from "../../core/limits/pump.ts";
import type { Tick, Ticks } from "../../core/ports/ticks.ts";
import { deployed } from "../client/deployed.ts";
import { jsonForSqs } from "./escape.ts";
import { messageGroup } from "./message-group.ts";
import { type Outgoing, sendInBatches } from "./send-in-batches.ts";

/** The longest delay that SQS allows. */
const longestDelaySeconds = 900;

/** The queue of ticks, which is fair among tenants. Without a URL it refuses all for now. */
export const sqsTicks = ({ client, url }: { client: SQSClient; url: string | undefined }): Ticks => ({
  async send(ticks, now) {
    const [refused] = await sendInBatches(
      client,
      deployed(url),
      ticks.map((tick) => outgoingTickOf(tick, now)),
    );
    if (refused) throw refused.cause;
  },
});

/** A tick comes rather a moment early than late: it calls from there as far ahead as any other. */
function outgoingTickOf({ product, env, limit, key, by, visible, hands_over }: Tick, now: number): Outgoing {
  const message: TickMessage = { v: 1, product, env, limit, key, by, visible, ...defined({ hands_over }) };
  return {
    MessageBody: jsonForSqs(message),
    DelaySeconds: Math.min(longestDelaySeconds, Math.floor(Math.max(0, visible - now) / 1000)),
    MessageGroupId: messageGroup(`${product}:${env}`),
  };
}
