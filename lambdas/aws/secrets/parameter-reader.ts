import type { SSMClient } from "@aws-sdk/client-ssm";
import type { ReadValue } from "./secret-reader.ts";

/** Reads parameters from the SSM Parameter Store. The client is created when it is first needed. */
export const parameterReader =
  (client: () => SSMClient | Promise<SSMClient>): ReadValue =>
  async (name) => {
    const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
    return (await (await client()).send(new GetParameterCommand({ Name: name, WithDecryption: true }))).Parameter
      ?.Value;
  };
