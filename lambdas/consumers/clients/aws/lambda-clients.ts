import type { LambdaClient } from "@aws-sdk/client-lambda";
import { clientPerPlace, clientSettings } from "./regional-clients.ts";

export type LambdaClients = (region: string) => Promise<LambdaClient>;

/** A client without a request timeout: a function may take 15 minutes, and the job's own timeout ends the wait. */
export const lambdaClients = (): LambdaClients =>
  clientPerPlace(async (region: string) => {
    const { LambdaClient } = await import("@aws-sdk/client-lambda");
    return new LambdaClient(clientSettings({ region }));
  });

/** The largest payload of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const largestPayload = 6 * 1024 * 1024;
