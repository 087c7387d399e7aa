import { SNSClient } from "@aws-sdk/client-sns";
import { smsChannel } from "../../../../../lambdas/consumers/types/notification/channels/sms.ts";
import { notificationExecutor } from "../../../../../lambdas/consumers/types/notification/execute.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { settings } from "../../../../support/aws/client-settings.ts";
import { queryError, type StubAnswer, stubHandler } from "../../../../support/aws/stub-handler.ts";
import { failureOf } from "../../../../support/executors/execution.ts";
import { notifyingWith } from "../../../../support/executors/notifying.ts";

function sns(answer: (number: string, earlier: number) => StubAnswer) {
  const wire = stubHandler(({ body }, earlier) => answer(String(body.PhoneNumber), earlier));
  const clients = async () => new SNSClient({ ...settings, maxAttempts: 1, requestHandler: wire });
  const execute = notificationExecutor({ sms: smsChannel(clients) });
  const send = (to: string | string[], { setting = {}, text = "Shipped", ...others }: Others = {}) =>
    notifyingWith(execute, { sms: { provider: "sns", ...setting } }, { sms: { to, body: { en: text } } }, {}, others);
  return { send, requests: wire.requests };
}
interface Others {
  setting?: object;
  text?: string;
  progress?: unknown;
}

const sent = (number: string): StubAnswer => ({
  headers: { "content-type": "text/xml" },
  body: `<PublishResponse><PublishResult><MessageId>id-${number}</MessageId></PublishResult></PublishResponse>`,
});
const ann = "+4930123456";
const ben = "+14155550100";

test("every number gets the text message once, however it is written", async () => {
  const { send, requests } = sns(sent);
  const { channels } = await send([ann, "+1 (415) 555-0100", ben], {
    setting: { sender_id: "Shop", type: "Promotional" },
  });
  expect(requests.map(({ body }) => body.PhoneNumber)).toEqual([ann, ben]);
  expect(requests[0]?.body).toMatchObject({ Action: "Publish", Message: "Shipped", PhoneNumber: ann });
  expect(Object.values(requests[0]?.body ?? {})).toEqual(
    expect.arrayContaining(["AWS.SNS.SMS.SenderID", "Shop", "AWS.SNS.SMS.SMSType", "Promotional"]),
  );
  expect(channels.sms).toEqual({
    status: "sent",
    sent: [
      { to: ann, id: `id-${ann}` },
      { to: ben, id: `id-${ben}` },
    ],
    dead: [],
  });
});

test("a text message without settings is transactional and names no sender", async () => {
  const { send, requests } = sns(sent);
  await send(ann);
  expect(Object.values(requests[0]?.body ?? {})).toContain("Transactional");
  expect(Object.values(requests[0]?.body ?? {})).not.toContain("AWS.SNS.SMS.SenderID");
});

test("numbers that are invalid or have opted out are reported and fail no channel", async () => {
  const { send, requests } = sns((number) => {
    if (number === ben) return queryError("InvalidParameter", 400, "Invalid parameter: PhoneNumber is opted out");
    if (number === "+99900000000") return queryError("InvalidParameter", 400, "Invalid parameter: PhoneNumber");
    return sent(number);
  });
  const { channels } = await send([ann, ben, "+99900000000", "0301234", "+49 30 12; DROP"]);
  expect(channels.sms?.dead).toEqual(
    expect.arrayContaining([
      { to: ben, reason: "OptedOut" },
      { to: "+99900000000", reason: "InvalidPhoneNumber" },
      { to: "0301234", reason: "InvalidPhoneNumber" },
      { to: "+493012;DROP", reason: "InvalidPhoneNumber" },
    ]),
  );
  expect(channels.sms).toMatchObject({ status: "sent", sent: [{ to: ann }] });
  expect(requests).toHaveLength(3);
});

test.each([
  [["nonsense"], "VALIDATION_ERROR"],
  [[ben], "NOT_FOUND"],
])("a channel without any number that accepts fails: %j", async (to, code) => {
  const { send } = sns(() => queryError("OptedOut"));
  expect(await failureOf(send(to))).toMatchObject({ code, retryable: false });
});

test.each([
  ["Throttled", 429, "RATE_LIMITED", true],
  ["ThrottledException", 400, "RATE_LIMITED", true],
  ["AuthorizationError", 403, "FORBIDDEN", false],
  ["InvalidClientTokenId", 403, "UNAUTHORIZED", false],
  ["InvalidParameter", 400, "VALIDATION_ERROR", false],
  ["UserError", 400, "CONFIGURATION_ERROR", false],
  ["InternalError", 500, "SERVICE_UNAVAILABLE", true],
])("SNS's %s (%i) means %s, after a single request", async (name, status, code, retryable) => {
  const { send, requests } = sns(() => queryError(name, status));
  const error = await failureOf(send(ann));
  expect(error).toMatchObject({ code, retryable });
  expect(error.message).not.toContain(ann);
  expect(requests).toHaveLength(1);
});

test("a retry sends text messages only to the deferred numbers", async () => {
  const first = sns((number) => (number === ben ? queryError("InternalError", 500) : sent(number)));
  const error = await failureOf(first.send([ann, ben]));
  const second = sns(sent);
  await second.send([ann, ben], { progress: error.progress });
  expect(second.requests.map(({ body }) => body.PhoneNumber)).toEqual([ben]);
});

test.each(["", "x".repeat(1601)])("a text that SNS would refuse is not sent", async (text) => {
  const { send, requests } = sns(sent);
  expect(await failureOf(send(ann, { text }))).toMatchObject({ code: "VALIDATION_ERROR" });
  expect(requests).toEqual([]);
});

test.each(["1234", "TooLongToBeOne", "with space"])("the sender_id %s is a fault of the catalog", (sender_id) => {
  const target = { envs: { dev: { sms: { provider: "sns", sender_id } } }, messages: {} };
  expect(registry.notification.target().safeParse(target).success).toBe(false);
});

describe("a message with a recipient template", () => {
  const sending = (input: object, message: object) => {
    const wire = stubHandler(({ body }) => sent(String(body.PhoneNumber)));
    const clients = async () => new SNSClient({ ...settings, maxAttempts: 1, requestHandler: wire });
    const execute = notificationExecutor({ sms: smsChannel(clients) });
    const target = { envs: { dev: { sms: { provider: "sns" } } }, messages: { code: { sms: message } } };
    const asked = { target, input: { slug: "code", sms: input } };
    const result = notifyingWith(execute, {}, {}, {}, asked);
    return { result, requests: wire.requests };
  };
  const template = { to: "{{user.phone}}", body: "{{user.name}}: {{code}}" };
  const user = { name: "Ada", phone: "+49 30 123456" };

  test.each([
    [{ body: { user, code: 5 } }, template, ann, "Ada: 5"],
    [{ to: ben, body: { user, code: 5 } }, template, ben, "Ada: 5"],
    [{}, { to: ann, body: "Alarm" }, ann, "Alarm"],
    [{ body: "Alarm" }, { to: ann }, ann, "Alarm"],
  ])("%j by %j goes to %s", async (input, message, number, text) => {
    const { result, requests } = sending(input, message);
    expect((await result).channels.sms).toMatchObject({ status: "sent", sent: [{ to: number }] });
    expect(requests.map(({ body }) => [body.PhoneNumber, body.Message])).toEqual([[number, text]]);
  });

  test.each([
    [{ body: { user: { name: "Ada" }, code: 5 } }, template, 'The template of sms.to needs the variable "user.phone".'],
    [
      { body: { user: { ...user, phone: [] }, code: 5 } },
      template,
      'The template of sms.to writes the variable "user.phone"',
    ],
    [{ body: { user: { ...user, phone: "1" }, code: 5 } }, template, "sms.to has no phone number in the format E.164"],
    [{ body: "Hi" }, {}, "sms.to is required: the message has no recipient template."],
  ])("%j by %j fails before anything is sent", async (input, message, error) => {
    const { result, requests } = sending(input, message);
    expect(await failureOf(result)).toMatchObject({
      code: "VALIDATION_ERROR",
      retryable: false,
      message: expect.stringContaining(error),
    });
    expect(requests).toEqual([]);
  });
});
