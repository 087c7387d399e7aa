import { Webhook } from "standardwebhooks";
import type { HookVerify } from "../../../lambdas/core/catalog/hook-schema.ts";
import { type HookHeaders, schemeOf } from "../../../lambdas/core/requests/hooks/scheme.ts";
import { isRecent, isSignedWith } from "../../../lambdas/core/requests/hooks/verify.ts";
import { hookSecret, signed } from "../../support/signing.ts";

const at = 1_767_225_600;
const now = at * 1000;
const wrong = `whsec_${Buffer.from("another secret").toString("base64")}`;
const body = '{"id":"evt_1","text":"Grüße \\ud83d\\ude00 \u{1F600}","list":[1,2]}';

const verifies = {
  stripe: { preset: "stripe" },
  github: { preset: "github" },
  slack: { preset: "slack" },
  shopify: { preset: "shopify" },
  "standard-webhooks": { preset: "standard-webhooks" },
  hmac: {
    preset: "hmac",
    header: "X-Signature",
    prefix: "sig=",
    algorithm: "sha512",
    encoding: "base64",
    timestamp_header: "X-Sent-At",
    signed: "{timestamp}:{body}",
  },
} as const satisfies Record<string, HookVerify>;
type Name = keyof typeof verifies;
const names = Object.keys(verifies) as Name[];
const timed = names.filter((name) => name !== "github" && name !== "shopify");

const isGenuine = (
  verify: HookVerify,
  headers: HookHeaders,
  sent: string | Buffer = body,
  { secret = hookSecret, time = now } = {},
): boolean => {
  const scheme = schemeOf(verify);
  const claim = scheme.claimIn(headers);
  return claim !== undefined && isRecent(claim, scheme, time) && isSignedWith(secret, claim, Buffer.from(sent), scheme);
};

describe.each(names)("%s", (name) => {
  const verify = verifies[name];
  const headers: HookHeaders = signed[name]({ body, at });
  const signature =
    Object.keys(headers).find((one) => headers[one]?.includes("=") && one.includes("sign")) ?? "x-shopify-hmac-sha256";

  it("takes what the provider has signed, over the bytes", () => {
    expect(isGenuine(verify, headers)).toBe(true);
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0xc3, 0x28, 0x7d]);
    expect(isGenuine(verify, signed[name]({ body: bytes, at }), bytes)).toBe(true);
    expect(isGenuine(verify, signed[name]({ body: "", at }), "")).toBe(true);
  });

  it("refuses every body that differs in a bit, and one that is cut or longer", () => {
    const bytes = Buffer.from(body);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] as number) ^ (1 << (i % 8));
      expect(isGenuine(verify, headers, changed)).toBe(false);
    }
    for (const other of [
      bytes.subarray(0, -1),
      bytes.subarray(1),
      Buffer.alloc(0),
      Buffer.concat([bytes, Buffer.from("\n")]),
    ])
      expect(isGenuine(verify, headers, other)).toBe(false);
    // The same JSON, written differently.
    expect(isGenuine(verify, headers, JSON.stringify(JSON.parse(body)))).toBe(false);
  });

  it("refuses another secret, and one that is empty", () => {
    expect(isGenuine(verify, headers, body, { secret: wrong })).toBe(false);
    expect(isGenuine(verify, headers, body, { secret: `${hookSecret} ` })).toBe(false);
    expect(isGenuine(verify, headers, body, { secret: "" })).toBe(false);
    expect(isGenuine(verify, headers, body, { secret: "whsec_" })).toBe(false);
  });

  it("refuses signatures that are missing, cut, longer, of another form, or of another body", () => {
    // Without Stripe's signature of the old scheme at its end, of which nothing counts.
    const given = (headers[signature] as string).replace(/,v0=.*/, "");
    const another = signed[name]({ body: `${body} `, at })[signature as never] as string;
    const others = [undefined, "", given.slice(0, -8), `${given}0000`, given.replace(/=.+/, "="), another];
    for (const other of others.filter((one) => one !== given))
      expect([other, isGenuine(verify, { ...headers, [signature]: other })]).toEqual([other, false]);
    expect(isGenuine(verify, {})).toBe(false);
  });
});

describe.each(timed)("the time of %s", (name) => {
  const verify = verifies[name];
  it.each([
    ["five minutes ago", -300, true],
    ["five minutes ahead", 300, true],
    ["longer ago", -301, false],
    ["further ahead", 301, false],
  ])("%s", (_when, seconds, fits) => {
    expect(isGenuine(verify, signed[name]({ body, at: at + seconds }))).toBe(fits);
  });

  it("is signed: nobody can make an old delivery new", () => {
    const old = at - 3600;
    const headers: HookHeaders = signed[name]({ body, at: old });
    const renewed = Object.fromEntries(
      Object.entries(headers).map(([header, value]) => [header, value?.replaceAll(String(old), String(at))]),
    );
    expect(isGenuine(verify, headers, body, { time: old * 1000 })).toBe(true);
    expect(isGenuine(verify, renewed)).toBe(false);
  });

  it.each(["", "abc", "-1", "1e9", "9".repeat(40), "١٧٦"])("is none: %j", (time) => {
    const headers: HookHeaders = signed[name]({ body, at });
    const changed = Object.fromEntries(
      Object.entries(headers).map(([header, value]) => [header, value?.replaceAll(String(at), time)]),
    );
    expect(isGenuine(verify, changed)).toBe(false);
  });

  it("has the tolerance of the hook", () => {
    const headers = signed[name]({ body, at: at - 3600 });
    expect(isGenuine({ ...verify, tolerance: "1h" } as HookVerify, headers)).toBe(true);
    expect(isGenuine({ ...verify, tolerance: "59m" } as HookVerify, headers)).toBe(false);
  });
});

describe("what the providers themselves document", () => {
  it("GitHub's test values", () => {
    const headers = {
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    };
    const secret = "It's a Secret to Everybody";
    expect(isGenuine(verifies.github, headers, "Hello, World!", { secret })).toBe(true);
    expect(isGenuine(verifies.github, headers, "Hello, World?", { secret })).toBe(false);
  });

  it("Slack's example of a command", () => {
    const command =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const headers = {
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    };
    const secret = "8f742231b10e8888abcd99yyyzzz85a5";
    expect(isGenuine(verifies.slack, headers, command, { secret, time: 1_531_420_618_000 })).toBe(true);
  });

  it.each(["webhook", "svix"])("the library of Standard Webhooks, with headers of %s", (prefix) => {
    const sent = new Webhook(hookSecret).sign("msg_1", new Date(now), body);
    const headers = {
      [`${prefix}-id`]: "msg_1",
      [`${prefix}-timestamp`]: String(at),
      [`${prefix}-signature`]: `v1a,${"A".repeat(86)}== v1,${Buffer.alloc(32).toString("base64")} ${sent}`,
    };
    expect(isGenuine(verifies["standard-webhooks"], headers)).toBe(true);
    expect(isGenuine(verifies["standard-webhooks"], { ...headers, [`${prefix}-id`]: "msg_2" })).toBe(false);
  });

  it("Stripe's rotation: two signatures, of which one is right", () => {
    const [other, right] = [wrong, hookSecret].map((secret) => signed.stripe({ body, at, secret })["stripe-signature"]);
    const headers = { "stripe-signature": `${other},${right?.split(",")[1]}` };
    expect(isGenuine(verifies.stripe, headers)).toBe(true);
    // A signature of an old scheme counts for nothing.
    expect(isGenuine(verifies.stripe, { "stripe-signature": right?.replace("v1=", "v0=") })).toBe(false);
  });
});

test("plain HMAC over the body alone, in hex", () => {
  const verify = { preset: "hmac", header: "X-Hub-Signature-256", prefix: "sha256=" } as const;
  expect(isGenuine(verify, signed.github({ body, at }))).toBe(true);
  expect(isGenuine({ ...verify, algorithm: "sha1" }, signed.github({ body, at }))).toBe(false);
});
