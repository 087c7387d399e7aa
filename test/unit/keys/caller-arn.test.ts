import { callerArn } from "../../../keys/caller-arn.ts";

const config = {
  region: async () => "eu-central-1",
  credentials: async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "of-a-test" }),
};
const client = { config } as unknown as Parameters<typeof callerArn>[0];

/** What STS answers, as its reference shows it. */
const identity = (arn: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

it("asks STS of the Region, by a signed request, who the credentials are of", async () => {
  const asked: [string, RequestInit | undefined][] = [];
  const arn = "arn:aws:sts::123456789012:assumed-role/Admin/ada@example.com";
  const answer = async (url: unknown, init?: RequestInit) => {
    asked.push([String(url), init]);
    return new Response(identity(arn));
  };
  expect(await callerArn(client, { fetch: answer as typeof fetch })).toBe(arn);
  expect(asked).toMatchObject([["https://sts.eu-central-1.amazonaws.com/", { method: "POST" }]]);
  expect(new Headers(asked[0]?.[1]?.headers).get("authorization")).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sts\/aws4_request, /,
  );
});

it("asks an emulator where one stands in for AWS", async () => {
  const asked: string[] = [];
  const answer = async (url: unknown) => {
    asked.push(String(url));
    return new Response(identity("arn:aws:iam::000000000000:root"));
  };
  const options = { fetch: answer as typeof fetch, endpoint: "http://127.0.0.1:4566" };
  expect(await callerArn(client, options)).toBe("arn:aws:iam::000000000000:root");
  expect(asked).toEqual(["http://127.0.0.1:4566/"]);
});

it.each([
  ["refuses", async () => new Response("<ErrorResponse/>", { status: 403 })],
  ["answers no ARN", async () => new Response(identity("<b>not an arn</b>"))],
  ["is not reached", () => Promise.reject(new TypeError("fetch failed"))],
])("does not know it where STS %s", async (_what, answer) => {
  expect(await callerArn(client, { fetch: answer as typeof fetch })).toBeUndefined();
});
