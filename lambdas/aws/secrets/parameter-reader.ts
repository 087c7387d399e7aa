import type { SSMClient } from "@aws-sdk/client-ssm";
import type { ReadValue } from "./secret-reader.ts";

/** Parameters of the SSM Parameter Store; its client is made when first needed. */
export const parameterReader =
  (client: () => SSMClient | Promise<SSMClient>): ReadValue =>
  async (name) => {
    const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
    return (await (await client()).send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter
      ?.Value;
  };
