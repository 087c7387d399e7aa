import { clientPerPlace, clientSettings } from "./regional-clients.ts";

export const snsClients = () =>
  clientPerPlace(async (region: string | undefined) => {
    const { SNSClient } = await import("@aws-sdk/client-sns");
    return new SNSClient(clientSettings({ region, requestTimeout: 20_000 }));
  });
