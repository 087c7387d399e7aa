import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../support/cli/run-cli.ts";

const url = "https://jobs.example.com";
const key = `dj_${"a".repeat(16)}_${"b".repeat(64)}`;
const start = Date.UTC(2030, 0, 31, 9);
const end = start + 8 * 3_600_000;
const company = {
  issuer: "https://login.example.com",
  name: "Example",
  client_id: "jobs",
  scope: "openid email",
  authorization_endpoint: "https://login.example.com/authorize?tenant=1",
};

interface Sent {
  method: string;
  path: string;
  authorization: string | null;
  body: Record<string, string>;
}

/** A deployment whose people sign in, a browser that follows, and a home in which keys are kept. */
function deployment({
  issuers = [company],
  answer = () =>
    Response.json({ api_key: key, expires_at: end, person: { sub: "7", email: "ada@example.com" }, role: "viewer" }),
  back = {},
}: {
  issuers?: object[];
  answer?: () => Response;
  /** What the issuer brings back besides, or in place of what it should. An empty code is none. */
  back?: Record<string, string>;
} = {}) {
  const home = mkdtempSync(join(tmpdir(), "ductape-cli-login-"));
  const sent: Sent[] = [];
  const visited: URL[] = [];
  const shown: { status: number; text: string }[] = [];
  let visit = Promise.resolve();
  const fetched: typeof fetch = async (input, init = {}) => {
    const { pathname: path } = new URL(String(input));
    const method = init.method ?? "GET";
    const authorization = new Headers(init.headers).get("authorization");
    sent.push({ method, path, authorization, body: init.body ? JSON.parse(String(init.body)) : {} });
    if (path === "/v1/sign-in" && method === "GET") return Response.json({ issuers, redirect_uri: `${url}/` });
    if (path === "/v1/sign-in") return answer();
    if (path === "/v1/sign-out") return new Response(null, { status: 204 });
    return Response.json({ jobs: [] });
  };
  const browse = (at: string) => {
    const to = new URL(at);
    visited.push(to);
    const { redirect_uri = "", state = "" } = Object.fromEntries(to.searchParams);
    const go = async (query: Record<string, string>) => {
      const response = await fetch(`${redirect_uri}?${new URLSearchParams(query)}`);
      shown.push({ status: response.status, text: await response.text() });
    };
    visit = (async () => {
      // Another page of the machine tries first.
      await go({ state: "guessed", code: "of-another" });
      const { code = "of-a-test", ...more } = back;
      await go({ state, ...(code !== "" && { code }), ...more });
    })();
  };
  const io = { env: { HOME: home, DUCTAPE_URL: url }, fetch: fetched, now: () => start, browse };
  const cli = async (...args: string[]) => {
    const ran = await runCli(args, io);
    await visit;
    return ran;
  };
  return { cli, io, sent, visited, shown, file: join(home, ".config/ductape-jobs/keys.json") };
}

const login = ["login", "--port", "0"];

it("signs a person in by the browser, and other commands use the key", async () => {
  const own = deployment();
  const { code, out, err } = await own.cli(...login);
  expect({ code, out }).toEqual({
    code: 0,
    out: "You are signed in as ada@example.com until 2030-01-31T17:00:00.000Z.\n",
  });
  expect(out + err).not.toContain(key.slice(-64));
  const [at] = own.visited;
  const asked = Object.fromEntries(at?.searchParams ?? []);
  expect(at?.origin).toBe("https://login.example.com");
  expect(asked).toMatchObject({
    ...{ tenant: "1", response_type: "code", client_id: "jobs", scope: "openid email", code_challenge_method: "S256" },
    redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
  });
  const { body } = own.sent[1] as Sent;
  expect(body).toMatchObject({
    issuer: company.issuer,
    code: "of-a-test",
    nonce: asked.nonce,
    redirect_uri: asked.redirect_uri,
  });
  // The issuer has got its digest only.
  expect(body.verifier).toMatch(/^[\w-]{43}$/);
  expect(at?.href).not.toContain(body.verifier as string);
  expect(own.shown).toEqual([
    { status: 404, text: expect.stringContaining("not the sign-in") },
    { status: 200, text: expect.stringContaining("You are signed in") },
  ]);
  expect(statSync(own.file).mode & 0o777).toBe(0o600);

  await own.cli("jobs", "list");
  expect(own.sent.at(-1)).toMatchObject({ path: "/v1/jobs", authorization: `Bearer ${key}` });
  await runCli(["jobs", "list"], { ...own.io, env: { ...own.io.env, DUCTAPE_API_KEY: "of-the-environment" } });
  expect(own.sent.at(-1)).toMatchObject({ authorization: "Bearer of-the-environment" });
});

it("waits on after a request whose address is none", async () => {
  const own = deployment();
  const io = {
    ...own.io,
    browse: (at: string) => {
      const { port } = new URL(new URL(at).searchParams.get("redirect_uri") ?? "");
      request({ host: "127.0.0.1", port, path: "//" }, (response) => {
        own.shown.push({ status: response.statusCode ?? 0, text: "" });
        response.resume().on("end", () => own.io.browse(at));
      }).end();
    },
  };
  expect(await runCli(login, io)).toMatchObject({ code: 0 });
  expect(own.shown[0]).toMatchObject({ status: 404 });
});

it("keeps one key for each API, and sends none to another one", async () => {
  const own = deployment();
  await own.cli(...login);
  await own.cli(...login, "--url", "https://other.example.com/v1/");
  expect(Object.keys(JSON.parse(readFileSync(own.file, "utf8")))).toEqual([url, "https://other.example.com"]);
  const { code, err } = await own.cli("jobs", "list", "--url", "https://third.example.com");
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("ductape-jobs login gets one") });
});

it("signs out: the key is revoked and forgotten", async () => {
  const own = deployment();
  await own.cli(...login);
  expect(await own.cli("logout")).toMatchObject({ code: 0, out: "ada@example.com is signed out.\n" });
  expect(own.sent.at(-1)).toMatchObject({ method: "POST", path: "/v1/sign-out", authorization: `Bearer ${key}` });
  expect(JSON.parse(readFileSync(own.file, "utf8"))).toEqual({});
  expect(await own.cli("logout")).toMatchObject({ code: 2, err: "Nobody is signed in there on this machine.\n" });
});

it("says after eight hours that the sign-in is over", async () => {
  const own = deployment();
  await own.cli(...login);
  const later = await runCli(["jobs", "list"], { ...own.io, now: () => end });
  expect(later).toMatchObject({ code: 3, err: "The sign-in is over: ductape-jobs login\n" });
});

it("prints who has signed in as JSON, without the key", async () => {
  const { out } = await deployment().cli(...login, "--json");
  expect(JSON.parse(out)).toEqual({ person: { sub: "7", email: "ada@example.com" }, expires_at: end, role: "viewer" });
});

it("names localhost to issuers that know only that", async () => {
  const own = deployment();
  await own.cli(...login, "--localhost");
  expect(own.visited[0]?.searchParams.get("redirect_uri")).toMatch(/^http:\/\/localhost:\d+\/callback$/);
});

it("asks which of several issuers is meant, and takes its name or address", async () => {
  const other = { ...company, issuer: "https://other.example.com", name: "Other" };
  const own = deployment({ issuers: [company, other] });
  expect(await own.cli(...login)).toMatchObject({ code: 2, err: expect.stringContaining('"Example", "Other"') });
  expect(own.visited).toEqual([]);
  for (const issuer of ["Other", other.issuer]) {
    await own.cli(...login, "--issuer", issuer);
    expect(own.sent.at(-1)?.body.issuer).toBe(other.issuer);
  }
});

const refusal = () => Response.json({ code: "FORBIDDEN", detail: "no rule fits\u001b[31m" }, { status: 403 });

it.each([
  ["the API refuses", { answer: refusal }, 3, "no rule fits\n"],
  ["the person has refused", { back: { code: "", error: "access_denied" } }, 3, "access_denied"],
  ["another issuer answers", { back: { iss: "https://evil.example" } }, 3, "Another issuer has answered"],
])("keeps nothing where %s", async (_what, given, code, says) => {
  const own = deployment(given as Parameters<typeof deployment>[0]);
  const ran = await own.cli(...login);
  expect(ran.code).toBe(code);
  expect(ran.err).toContain(says);
  expect(own.shown.at(-1)).toMatchObject({ status: 400, text: expect.stringContaining("the terminal says why") });
  expect(() => statSync(own.file)).toThrow();
});

it.each([
  [
    "there are no issuers",
    Response.json({ message: "Unauthorized" }, { status: 401 }),
    3,
    "People cannot sign in there",
  ],
  ["the API is down", Response.json({ message: "x" }, { status: 503 }), 4, "answered 503"],
])("says so where %s", async (_what, response, code, says) => {
  const io = { env: { HOME: "/nowhere", DUCTAPE_URL: url }, fetch: async () => response.clone() };
  expect(await runCli(login, io)).toMatchObject({ code, err: expect.stringContaining(says) });
});
