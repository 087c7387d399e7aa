import { createHash } from "node:crypto";
import { type Listening, readJson, sendJson, serve } from "../gateway/http.ts";
import { account, region } from "../runtime/names.ts";

/**
 * Secrets Manager and the SSM Parameter Store, in their JSON 1.1 protocol. `lookup` is called every time, so changes to
 * `.env.local` need no restart. Calls to any other AWS service are refused here, so that nothing local can reach an account.
 */
export async function startSecrets(lookup: (name: string) => Promise<string | undefined>): Promise<Listening> {
  return serve(async (request, response) => {
    const [service, operation] = String(request.headers["x-amz-target"] ?? "").split(".");
    const body = (await readJson(request)) ?? {};
    const send = (status: number, answer: object) =>
      sendJson(response, status, answer, { "content-type": "application/x-amz-json-1.1" });
    if (service === "secretsmanager" && operation === "GetSecretValue") {
      const name = String(body.SecretId);
      const value = await lookup(name);
      if (value === undefined) {
        return send(400, {
          __type: "ResourceNotFoundException",
          Message: "Secrets Manager can't find the specified secret.",
        });
      }
      return send(200, secretValue(name, value));
    }
    if (service === "AmazonSSM" && operation === "GetParameter") {
      const name = String(body.Name);
      const value = await lookup(name);
      if (value === undefined) return send(400, { __type: "ParameterNotFound" });
      return send(200, { Parameter: parameter(name, value) });
    }
    const message = "There is no local stand-in for this operation of AWS.";
    send(400, { __type: "UnsupportedOperationException", message, Message: message });
  });
}

const secretValue = (name: string, value: string) => ({
  ARN: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-local0`,
  Name: name,
  SecretString: value,
  // The same value always has the same version, as callers that cache by version expect.
  VersionId: createHash("sha256").update(value).digest("hex").slice(0, 32),
  VersionStages: ["AWSCURRENT"],
});

const parameter = (name: string, value: string) => ({
  ARN: `arn:aws:ssm:${region}:${account}:parameter${name}`,
  Name: name,
  Type: "SecureString",
  DataType: "text",
  Value: value,
  Version: 1,
});
