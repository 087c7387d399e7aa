import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import { settings } from "./client-settings.ts";
import { type Answer, startJsonService } from "./server.ts";

/** Secrets Manager and the SSM Parameter Store, reduced to reading one value. */
export async function startSecretsService(values: Record<string, string>) {
  const calls: string[] = [];
  const service = await startJsonService((request, body): Answer => {
    const target = String(request.headers["x-amz-target"]);
    const isSecret = target === "secretsmanager.GetSecretValue";
    const name = String(isSecret ? body.SecretId : body.Name);
    calls.push(name);
    if (!Object.hasOwn(values, name)) {
      return { status: 400, error: isSecret ? "ResourceNotFoundException" : "ParameterNotFound" };
    }
    if (isSecret) return { status: 200, body: { Name: name, SecretString: values[name] } };
    // A SecureString read without decryption is its ciphertext.
    const value = body.WithDecryption === true ? values[name] : "ciphertext";
    return { status: 200, body: { Parameter: { Name: name, Value: value } } };
  });
  const at = { ...settings, endpoint: service.endpoint };
  const clients = { secretsManager: new SecretsManagerClient(at), ssm: new SSMClient(at) };
  return {
    ...clients,
    /** The names that were requested, in order. */
    calls,
    async stop() {
      clients.secretsManager.destroy();
      clients.ssm.destroy();
      await service.stop();
    },
  };
}
