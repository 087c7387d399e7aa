import { SESv2Client } from "@aws-sdk/client-sesv2";
import { emailChannel } from "../../../../../lambdas/consumers/types/notification/channels/email.ts";
import { notificationExecutor } from "../../../../../lambdas/consumers/types/notification/execute.ts";
import { sesSender } from "../../../../../lambdas/consumers/types/notification/mail/ses.ts";
import { settings } from "../../../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../../../support/aws/stub-handler.ts";
import { failureOf } from "../../../../support/executors/execution.ts";
import { notifyingWith } from "../../../../support/executors/notifying.ts";

const from = "Shop <orders@shop.example>";

function ses(answer: (to: string, earlier: number) => StubAnswer, region?: string) {
  const regions: (string | undefined)[] = [];
  const wire = stubHandler(({ body }, earlier) => {
    const { ToAddresses } = body.Destination as { ToAddresses: string[] };
    return answer(ToAddresses[0] as string, earlier);
  });
  const clients = async (asked: string | undefined) => {
    regions.push(asked);
    return new SESv2Client({ ...settings, maxAttempts: 1, requestHandler: wire });
  };
  const execute = notificationExecutor({ email: emailChannel(sesSender(clients)) });
  const setting = { email: { provider: "ses", from, ...(region && { region }) } };
  const send = (to: string[], { email = {}, ...others }: { email?: object; progress?: unknown } = {}, sender = from) =>
    notifyingWith(
      execute,
      { email: { ...setting.email, from: sender } },
      { email: { to, subject: { en: "Shipped" }, template: { en: "<p>On its <i>way</i></p>" }, ...email } },
      {},
      others,
    );
  return { send, regions, requests: wire.requests };
}

const sent = (to: string): StubAnswer => ({ body: { MessageId: `id-${to}` } });

test("SES gets a separate e-mail for every recipient, HTML with a text alternative", async () => {
  const { send, requests, regions } = ses(sent, "eu-west-1");
  const { channels } = await send(["a@x.example", "b@x.example", "a@x.example"]);
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
    Array(2).fill("POST /v2/email/outbound-emails"),
  );
  expect(requests[0]?.body).toEqual({
    FromEmailAddress: from,
    Destination: { ToAddresses: ["a@x.example"] },
    Content: {
      Simple: {
        Subject: { Data: "Shipped", Charset: "UTF-8" },
        Body: {
          Html: { Data: "<p>On its <i>way</i></p>", Charset: "UTF-8" },
          Text: { Data: "On its way", Charset: "UTF-8" },
        },
      },
    },
  });
  expect(regions).toEqual(["eu-west-1"]);
  expect(channels.email).toEqual({
    status: "sent",
    sent: [
      { to: "a@x.example", id: "id-a@x.example" },
      { to: "b@x.example", id: "id-b@x.example" },
    ],
    dead: [],
  });
});

test("a sender's name beyond ASCII is sent to SES as an encoded word", async () => {
  const { send, requests } = ses(sent);
  await send(["a@x.example"], {}, '"Grüße" <orders@shop.example>');
  expect(requests[0]?.body.FromEmailAddress).toBe(
    `=?UTF-8?B?${Buffer.from("Grüße").toString("base64")}?= <orders@shop.example>`,
  );
});

test("SES gets an international domain in Punycode", async () => {
  const { send, requests } = ses(sent);
  const { channels } = await send(["ada@bücher.example"], {}, "Grüße <orders@größe.example>");
  expect(requests[0]?.body).toMatchObject({
    FromEmailAddress: expect.stringMatching(/^=\?UTF-8\?B\?.+\?= <orders@xn--gre-6ka8i\.example>$/),
    Destination: { ToAddresses: ["ada@xn--bcher-kva.example"] },
  });
  expect(channels.email).toMatchObject({ sent: [{ to: "ada@bücher.example" }] });
  await send(["a@x.example"], {}, "orders@größe.example");
  expect(requests[1]?.body).toMatchObject({ FromEmailAddress: "orders@xn--gre-6ka8i.example" });
});

test("a recipient that SES cannot write to does not keep the others from their e-mail", async () => {
  const { send, requests } = ses(sent);
  const error = await failureOf(send(["grüße@x.example", "a@x.example"]));
  expect(error).toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
  expect(error.progress).toMatchObject({ channels: { email: { sent: [{ to: "a@x.example" }] } } });
  expect(requests).toHaveLength(1);
  expect(await failureOf(send(["a@x.example"], {}, "grüße@x.example"))).toMatchObject({ code: "CONFIGURATION_ERROR" });
});

test("a line break starts no header in a subject and is refused in an address", async () => {
  const { send, requests } = ses(sent);
  await send(["a@x.example"], { email: { subject: { en: "Hi\r\nBcc: evil@x.example" } } });
  expect(requests[0]?.body).toMatchObject({
    Content: { Simple: { Subject: { Data: "Hi Bcc: evil@x.example" } } },
  });
  const error = await failureOf(send(["a@x.example\r\nBcc: evil@x.example"]));
  expect(error).toMatchObject({ code: "VALIDATION_ERROR" });
  expect(requests).toHaveLength(1);
});

test.each([
  ["TooManyRequestsException", 429, "RATE_LIMITED", true],
  ["ThrottlingException", 400, "RATE_LIMITED", true],
  ["LimitExceededException", 400, "RATE_LIMITED", true],
  ["MessageRejected", 400, "PROVIDER_ERROR", false],
  ["MailFromDomainNotVerifiedException", 400, "CONFIGURATION_ERROR", false],
  ["NotFoundException", 404, "CONFIGURATION_ERROR", false],
  ["AccountSuspendedException", 400, "CONFIGURATION_ERROR", false],
  ["SendingPausedException", 400, "CONFIGURATION_ERROR", false],
  ["BadRequestException", 400, "VALIDATION_ERROR", false],
  ["AccessDeniedException", 403, "FORBIDDEN", false],
  ["UnrecognizedClientException", 403, "UNAUTHORIZED", false],
  ["InternalFailure", 500, "SERVICE_UNAVAILABLE", true],
  ["SomethingElse", 400, "PROVIDER_ERROR", false],
])("SES's %s (%i) means %s, after a single request", async (name, status, code, retryable) => {
  const { send, requests } = ses(() => awsError(name, status));
  const error = await failureOf(send(["a@x.example"]));
  expect(error).toMatchObject({ code, retryable });
  expect(error.message).not.toContain("x.example");
  expect(requests).toHaveLength(1);
});

test("a broken connection to SES is retryable", async () => {
  const { send } = ses(() => {
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  });
  expect(await failureOf(send(["a@x.example"]))).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
});

test("a retry sends by SES only to the deferred recipients", async () => {
  const first = ses((to) => (to === "b@x.example" ? awsError("InternalFailure", 500) : sent(to)));
  const error = await failureOf(first.send(["a@x.example", "b@x.example"]));
  const second = ses(sent);
  const { channels } = await second.send(["a@x.example", "b@x.example"], { progress: error.progress });
  expect(second.requests.map(({ body }) => body.Destination)).toEqual([{ ToAddresses: ["b@x.example"] }]);
  expect(channels.email?.sent?.map(({ to }) => to)).toEqual(["a@x.example", "b@x.example"]);
});

test("an attempt that SES throttles sends no more and waits", async () => {
  const throttled = { ...awsError("TooManyRequestsException", 429) };
  const { send, requests } = ses(() => ({ ...throttled, headers: { ...throttled.headers, "retry-after": "7" } }));
  const many = Array.from({ length: 40 }, (_, i) => `${i}@x.example`);
  expect(await failureOf(send(many))).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 7000 });
  expect(requests.length).toBeLessThan(10);
});
