import { parameterReader } from "../../../lambdas/aws/secrets/parameter-reader.ts";
import { secretReader } from "../../../lambdas/aws/secrets/secret-reader.ts";
import { awsSecrets } from "../../../lambdas/aws/secrets/secrets.ts";
import { startSecretsService } from "../../support/aws/secrets-service.ts";
import { describeSecrets, heldSecrets } from "../../support/conformance/secrets.ts";
import { fakeClock } from "../../support/fakes/clock.ts";

describeSecrets("AWS", async () => {
  const values: Record<string, string> = {
    "shop/token": heldSecrets["shop/token"],
    "shop/smtp": JSON.stringify({ user: heldSecrets["shop/smtp#user"], password: heldSecrets["shop/smtp#password"] }),
    "/shop/base-url": heldSecrets["/shop/base-url"],
  };
  const service = await startSecretsService(values);
  const secrets = awsSecrets({
    readSecret: secretReader(() => service.secretsManager),
    readParameter: parameterReader(() => service.ssm),
    clock: fakeClock(),
  });
  const rotate = (value: string) => {
    values["shop/token"] = value;
  };
  return { secrets, rotate, stop: service.stop };
});
