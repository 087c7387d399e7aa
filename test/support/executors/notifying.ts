import { execute, type NotificationResult } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { anExecution, secretsOf } from "./execution.ts";

type Notify = (execution: ReturnType<typeof anExecution>) => Promise<NotificationResult>;

/** One notification with an empty message `plain` and a message `welcome` of templates. */
export const notifying = (...asked: Asked): Promise<NotificationResult> => notifyingWith(execute, ...asked);

type Asked = Parameters<typeof notifyingWith> extends [unknown, ...infer Rest] ? Rest : never;

/** The same through an executor whose senders connect elsewhere. */
export const notifyingWith = (
  notify: Notify,
  settings: object,
  input: object,
  values: Record<string, string> = {},
  others: Parameters<typeof anExecution>[0] = {},
): Promise<NotificationResult> =>
  notify(
    anExecution({
      event: { type: "notification", notification: "customers" },
      target: {
        envs: { dev: settings },
        messages: {
          plain: {},
          welcome: {
            push_notification: { title: "Welcome, {{name}}", body: "Hi {{name}}" },
            email: { subject: "Welcome, {{name}}", template: "<p>Hi <b>{{name}}</b></p>" },
          },
        },
      },
      input: { slug: "plain", ...input },
      secrets: secretsOf(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [`secret("${name}")`, value])),
      ),
      ...others,
    }),
  );

export const fcm = (endpoint: string) => ({ push: { provider: "fcm", service_account: secret("fcm"), endpoint } });
export const expo = (endpoint: string) => ({ push: { provider: "expo", access_token: secret("expo"), endpoint } });
export const smtp = { email: { provider: "smtp", url: secret("smtp"), from: "Shop <orders@shop.example>" } };

export const push = (...device_tokens: string[]) => ({
  push_notification: { title: { en: "Shipped" }, body: { en: "It is on its way" }, device_tokens },
});
