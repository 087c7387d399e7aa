import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { codeFunctionName } from "../../../lambdas/topology.ts";
import { type CodeService, startCodeService } from "../../../local/code/code-service.ts";
import { codePrefix } from "../../../local/runtime/names.ts";

let service: CodeService;
let client: LambdaClient;

beforeAll(async () => {
  service = await startCodeService({
    env: {},
    allowReal: false,
    onRefused: () => {},
    onOutput: () => {},
    onEnd: async () => {},
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new LambdaClient({ endpoint: service.url, region: "us-east-1", credentials });
});

afterAll(async () => {
  client.destroy();
  await service.close(0);
});

const invoke = (FunctionName: string) => client.send(new InvokeCommand({ FunctionName, Payload: "{}" }));

describe("the stand-in for Lambda", () => {
  it("has no function of a product that has lost its code, as Lambda has none", async () => {
    const lost = invoke(codeFunctionName(codePrefix, "shop"));
    await expect(lost).rejects.toMatchObject({ name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } });
  });

  it("knows no functions of an account", async () => {
    await expect(invoke("pricing")).rejects.toMatchObject({ name: "UnsupportedOperationException" });
  });
});
