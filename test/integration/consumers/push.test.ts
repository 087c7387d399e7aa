import { failureOf } from "../../support/executors/execution.ts";
import { expoServer } from "../../support/executors/expo-server.ts";
import { fcmServer } from "../../support/executors/fcm-server.ts";
import { httpServer } from "../../support/executors/http-server.ts";
import { expo, fcm, notifying, push } from "../../support/executors/notifying.ts";

describe("push by FCM", () => {
  test("sends the example of the documentation", async () => {
    await using server = await fcmServer();
    const input = {
      push_notification: {
        title: { en: "Order Shipped" },
        body: { en: "Your order #12345 has been shipped!" },
        data: { trackingId: "XYZ987", lines: 2, tags: ["a"] },
        device_token: "abcdef123456",
      },
    };
    const result = await notifying(fcm(server.url), input, { fcm: JSON.stringify(server.serviceAccount) });
    expect(result.channels.push_notification).toEqual({
      status: "sent",
      sent: [{ to: "abcdef123456", id: "projects/my-project/messages/1" }],
      dead: [],
    });
    expect(server.messages).toEqual([
      {
        token: "abcdef123456",
        notification: { title: "Order Shipped", body: "Your order #12345 has been shipped!" },
        data: { trackingId: "XYZ987", lines: "2", tags: '["a"]' },
      },
    ]);
  });

  test("requests one access token for many devices, and a new one after a revocation", async () => {
    await using server = await fcmServer();
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    const devices = Array.from({ length: 60 }, (_, i) => `device-${i}`);
    await notifying(fcm(server.url), push(...devices), values);
    expect([server.messages.length, server.tokenRequests()]).toEqual([60, 1]);
    server.revoke();
    await notifying(fcm(server.url), push(...devices), values);
    expect([server.messages.length, server.tokenRequests()]).toEqual([120, 2]);
  });

  test.each(["endpoint", "token_uri"])("sends nothing to an unencrypted %s beyond this machine", async (what) => {
    await using server = await fcmServer();
    const beyond = server.url.replace("127.0.0.1", "0.0.0.0");
    const account = { ...server.serviceAccount, ...(what === "token_uri" && { token_uri: `${beyond}/token` }) };
    const settings = fcm(what === "endpoint" ? beyond : server.url);
    const error = await failureOf(notifying(settings, push("a"), { fcm: JSON.stringify(account) }));
    expect(error).toMatchObject({ code: "CONFIGURATION_ERROR" });
    expect([server.messages.length, server.tokenRequests()]).toEqual([0, 0]);
  });

  test("keeps its access token on a refusal that concerns another service", async () => {
    await using server = await fcmServer({ iphone: "apns", ipad: "apns" });
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    const error = await failureOf(notifying(fcm(server.url), push("iphone", "android", "ipad"), values));
    expect(error).toMatchObject({
      code: "CONFIGURATION_ERROR",
      progress: { channels: { push_notification: { sent: [{ to: "android" }] } } },
    });
    expect(server.http.seen.filter(({ url }) => url === "/token")).toHaveLength(1);
    expect(server.http.seen.filter(({ url }) => url !== "/token")).toHaveLength(3);
  });

  test("reports unregistered devices and reaches the others", async () => {
    await using server = await fcmServer({ gone: "unregistered", odd: "malformed" });
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    const { channels } = await notifying(fcm(server.url), push("gone", "a", "odd", "b"), values);
    expect(channels.push_notification).toMatchObject({
      status: "sent",
      sent: [{ to: "a" }, { to: "b" }],
      dead: [
        { to: "gone", reason: "UNREGISTERED" },
        { to: "odd", reason: "INVALID_ARGUMENT" },
      ],
    });
  });

  test("fails when no device is left", async () => {
    await using server = await fcmServer({ gone: "unregistered" });
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    expect(await failureOf(notifying(fcm(server.url), push("gone"), values))).toMatchObject({
      code: "NOT_FOUND",
      retryable: false,
      progress: { channels: { push_notification: { status: "failed", dead: [{ to: "gone" }] } } },
    });
  });

  test("retries only the devices that failed", async () => {
    const faults: Parameters<typeof fcmServer>[0] = { busy: "unavailable", gone: "unregistered" };
    await using server = await fcmServer(faults);
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    const input = push("a", "busy", "gone");
    const error = await failureOf(notifying(fcm(server.url), input, values));
    expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true, retryAfterMs: 9000 });
    delete faults.busy;
    const { channels } = await notifying(fcm(server.url), input, values, { progress: error.progress });
    expect(server.messages.map(({ token }) => token)).toEqual(["a", "busy"]);
    expect(channels.push_notification).toMatchObject({
      status: "sent",
      sent: [{ to: "a" }, { to: "busy" }],
      dead: [{ to: "gone" }],
    });
  });

  test.each([
    ["badPayload", "VALIDATION_ERROR", false, "INVALID_ARGUMENT"],
    ["quota", "RATE_LIMITED", true, "QUOTA_EXCEEDED"],
    ["apns", "CONFIGURATION_ERROR", false, "THIRD_PARTY_AUTH_ERROR"],
    ["otherSender", "FORBIDDEN", false, "SENDER_ID_MISMATCH"],
  ] as const)("%s means %s", async (fault, code, retryable, providerCode) => {
    await using server = await fcmServer({ bad: fault });
    const values = { fcm: JSON.stringify(server.serviceAccount) };
    const error = await failureOf(notifying(fcm(server.url), push("bad"), values));
    const channels = { push_notification: { status: "failed", code, provider_code: providerCode } };
    expect(error).toMatchObject({ code, retryable, providerCode, progress: { channels } });
  });

  test("marks no device as unregistered after a 404 that is not FCM's", async () => {
    await using server = await fcmServer();
    const account = { ...server.serviceAccount, project_id: "another" };
    const error = await failureOf(notifying(fcm(server.url), push("a"), { fcm: JSON.stringify(account) }));
    expect(error).toMatchObject({ code: "NOT_FOUND", progress: { channels: { push_notification: { dead: [] } } } });
  });

  test.each([
    ["not json", "not a JSON object"],
    ["{}", "not valid in project_id, client_email, private_key"],
    [
      JSON.stringify({ project_id: "p", client_email: "e", private_key: "hidden", token_uri: "x" }),
      "not valid in private_key, token_uri",
    ],
  ])("the service account %j is a CONFIGURATION_ERROR that shows none of it", async (account, what) => {
    const error = await failureOf(notifying(fcm("http://unused"), push("a"), { fcm: account }));
    expect(error).toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: `push_notification: CONFIGURATION_ERROR: The service account in secret("fcm") is ${what}.`,
    });
  });

  test("treats a service account that Google refuses as UNAUTHORIZED", async () => {
    await using server = await fcmServer();
    let status = 400;
    await using google = await httpServer((_, response) =>
      response.writeHead(status, { "retry-after": "4" }).end('{"error":"invalid_grant","error_description":"hidden"}'),
    );
    const values = { fcm: JSON.stringify({ ...server.serviceAccount, token_uri: google.url }) };
    const refused = await failureOf(notifying(fcm(server.url), push("a", "b"), values));
    expect(refused).toMatchObject({ code: "UNAUTHORIZED", retryable: false, providerCode: "invalid_grant" });
    expect(refused.message).not.toContain("hidden");
    status = 503;
    const busy = await failureOf(notifying(fcm(server.url), push("a"), values));
    expect(busy).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryAfterMs: 4000 });
  });
});

const device = (name: string | number) => `ExponentPushToken[${name}]`;
const values = { expo: "expo-access" };

describe("push by Expo", () => {
  test("sends batches of a hundred", async () => {
    await using server = await expoServer();
    const devices = Array.from({ length: 250 }, (_, i) => device(i));
    const { channels } = await notifying(expo(server.url), push(...devices), values);
    expect(server.batches.map((batch) => batch.length)).toEqual([100, 100, 50]);
    expect(server.batches[0]?.[0]).toEqual({ to: device(0), title: "Shipped", body: "It is on its way" });
    expect(server.seen[0]?.headers.authorization).toBe("Bearer expo-access");
    expect(channels.push_notification?.sent?.map(({ to }) => to).sort()).toEqual([...devices].sort());
    for (const { to, id } of channels.push_notification?.sent ?? []) expect(id).toBe(`ticket-${to}`);
  });

  test("sends one request per project to devices of several projects", async () => {
    const [a, b, c, lost] = ["shop/a", "bar/b", "shop/c", "bar/gone"].map(device) as [string, string, string, string];
    await using server = await expoServer({ [lost]: "DeviceNotRegistered" });
    const { channels } = await notifying(expo(server.url), push(a, b, c, lost), values);
    expect(channels.push_notification).toMatchObject({
      status: "sent",
      sent: [a, b, c].map((to) => ({ to, id: `ticket-${to}` })),
      dead: [{ to: lost }],
    });
    expect(server.batches.map((batch) => batch.map(({ to }) => to))).toEqual([
      [a, c],
      [b, lost],
    ]);
  });

  test("reports devices that are unregistered or not Expo tokens", async () => {
    await using server = await expoServer({ [device("gone")]: "DeviceNotRegistered" });
    const { channels } = await notifying(expo(server.url), push(device("gone"), device("a"), "nonsense"), values);
    expect(channels.push_notification).toMatchObject({
      sent: [{ to: device("a") }],
      dead: [
        { to: device("gone"), reason: "DeviceNotRegistered" },
        { to: "nonsense", reason: "InvalidToken" },
      ],
    });
  });

  test("retries only the devices whose rate is limited", async () => {
    const faults = { [device("b")]: "MessageRateExceeded" };
    await using server = await expoServer(faults);
    const input = push(device("a"), device("b"));
    const error = await failureOf(notifying(expo(server.url), input, values));
    expect(error).toMatchObject({ code: "RATE_LIMITED", retryable: true });
    delete faults[device("b")];
    await notifying(expo(server.url), input, values, { progress: error.progress });
    expect(server.batches[1]?.map(({ to }) => to)).toEqual([device("b")]);
  });

  test.each([
    ["MessageTooBig", "VALIDATION_ERROR", false],
    ["InvalidCredentials", "UNAUTHORIZED", false],
    ["MismatchSenderId", "FORBIDDEN", false],
    ["DeveloperError", "PROVIDER_ERROR", false],
  ])("%s means %s", async (fault, code, retryable) => {
    await using server = await expoServer({ [device("a")]: fault });
    const error = await failureOf(notifying(expo(server.url), push(device("a")), values));
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).not.toContain(device("a"));
  });

  test.each([
    [429, "RATE_LIMITED"],
    [500, "PROVIDER_ERROR"],
    [504, "SERVICE_UNAVAILABLE"],
  ])("answered with %i means %s, retryable, for the whole batch", async (status, code) => {
    await using server = await httpServer((_, response) => response.writeHead(status).end());
    const error = await failureOf(notifying(expo(server.url), push(device("a")), values));
    expect(error).toMatchObject({ code, retryable: true });
  });
});
