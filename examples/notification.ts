// Sends one message on two channels in one job: an e-mail from the catalog's template, and a push to two devices.
import { ductape, type INotificationRequest } from "ductape-sdk";

const welcome: INotificationRequest = {
  slug: "welcome",
  email: { to: ["ada@example.com"], subject: { name: "Ada" }, template: { name: "Ada" } },
  push_notification: {
    title: { name: "Ada" },
    body: { name: "Ada" },
    data: { screen: "home" },
    device_tokens: ["abcdef123456", "654321fedcba"],
  },
};

const result = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "send_notification",
  input: welcome,
  start_at: 0,
  labels: ["customer-ada"],
  idempotency_key: `welcome-ada-${Date.now()}`,
});
console.log(result);
