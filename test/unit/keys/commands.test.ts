import { readArguments } from "../../../keys/arguments.ts";
import { runCommand } from "../../../keys/commands.ts";
import { KeysError } from "../../../keys/keys-error.ts";
import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { apiKeyId, apiKeyPattern, isKeyOf, newApiKey } from "../../../lambdas/core/access/api-key.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { noon } from "../../support/builders.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";
import { fakeAudit } from "../../support/fakes/audit.ts";

const catalog = makeCatalog(
  [
    defineProduct({ tag: "my-product", envs: ["dev", "prd"], jobs: {} }),
    defineProduct({ tag: "shop", envs: ["live"], jobs: {} }),
  ] as unknown[] as Product[],
  registry,
);

function cli() {
  const keys = { ...fakeApiKeys(), whoami: async () => "arn:aws:iam::123456789012:user/ada", audit: fakeAudit() };
  let opened = 0;
  const open = async () => {
    opened++;
    return keys;
  };
  return {
    keys,
    opened: () => opened,
    async run(line: string, now = noon) {
      const { command } = readArguments(line.split(" "));
      return runCommand({ keys: open, catalog, now }, command);
    },
  };
}

const ci = "create --name ci --products my-product --envs dev,prd --verbs jobs:read,jobs:write";

describe("the command to create a key", () => {
  it("prints the key once, alone, and stores its hash and scopes", async () => {
    const { run, keys } = cli();
    const { out, message } = await run(`${ci} --expires 90d`);
    expect(out).toMatch(apiKeyPattern);
    const [record, ...others] = await keys.list();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      id: apiKeyId(out),
      name: "ci",
      scopes: { products: ["my-product"], envs: ["dev", "prd"], verbs: ["jobs:read", "jobs:write"] },
      created_at: noon,
      expires_at: noon + 90 * 86_400_000,
    });
    expect(record && isKeyOf(record, out)).toBe(true);
    expect(JSON.stringify([record, message])).not.toContain(out.slice(-64));
    expect(message).toContain(
      `Key ${record?.id}, jobs:read jobs:write in my-product, dev prd, until 2030-04-01T12:00Z`,
    );
  });

  it("takes a role, and stores who has made the key", async () => {
    const { run, keys } = cli();
    await run("create --name ops --products shop --envs live --role operator");
    expect(await keys.list()).toMatchObject([
      {
        scopes: { products: ["shop"], envs: ["live"], verbs: ["jobs:read", "jobs:write", "jobs:input"] },
        made_by: "arn:aws:iam::123456789012:user/ada",
      },
    ]);
    expect((await run("list")).out).toMatch(/active +operator +shop.* - +- +arn:aws:iam::123456789012:user\/ada$/);
  });

  it("stores and names a rate", async () => {
    const { run, keys } = cli();
    const { message } = await run(`${ci} --rate 50`);
    expect(await keys.list()).toMatchObject([{ rate: 50 }]);
    expect(message).toContain("never expires, 50 requests per second.");
    expect((await run("list")).out).toMatch(/RATE +MADE BY\n.*50\/s +arn:/);
  });

  it.each(["0", "-1", "1.5", "10001", "fast", ""])("refuses %j as a rate", async (rate) => {
    const { keys } = cli();
    const { command } = readArguments([...ci.split(" "), `--rate=${rate}`]);
    await expect(async () => runCommand({ keys: async () => keys, catalog, now: noon }, command)).rejects.toThrow(
      `--rate ${rate}: use a whole number of requests per second, 1 to 10000.`,
    );
    expect(await keys.list()).toEqual([]);
  });

  it.each(["2030-02-31T00:00:00Z", "2030-13-01T00:00:00Z", "2030-01-01T25:00:00Z", "2030-01-01T00:00:00", "90 days"])(
    "refuses %s as an expiry, since it is no time",
    async (expires) => {
      const { keys } = cli();
      const args = [...ci.split(" "), "--expires", expires];
      const command = async () =>
        runCommand({ keys: async () => keys, catalog, now: noon }, readArguments(args).command);
      await expect(command()).rejects.toThrow(/--expires .*: use 90d/);
      expect(await keys.list()).toEqual([]);
    },
  );

  it.each(["line\nbreak", "red \u001b[31m", "turned \u202e round", "\ud800"])(
    "refuses %j as a name that a list could not show",
    async (name) => {
      const { keys } = cli();
      const args = [...ci.split(" "), "--name", name];
      const command = async () =>
        runCommand({ keys: async () => keys, catalog, now: noon }, readArguments(args).command);
      await expect(command()).rejects.toThrow("cannot be shown");
      expect(await keys.list()).toEqual([]);
    },
  );

  it("accepts a star for all products and envs, and hours or a time as expiry", async () => {
    const { run, keys } = cli();
    await run("create --name a --products * --envs * --verbs jobs:admin --expires 12h");
    await run("create --name b --products * --envs live --verbs jobs:read --expires 2030-01-31T00:00:00+01:00");
    expect((await keys.list()).map(({ scopes, expires_at }) => [scopes.products, scopes.envs, expires_at])).toEqual([
      [["*"], ["*"], noon + 12 * 3_600_000],
      [["*"], ["live"], Date.UTC(2030, 0, 30, 23)],
    ]);
  });

  it.each([
    ["+90d", noon + 90 * 86_400_000],
    ["2w", noon + 14 * 86_400_000],
    ["2030-01-31 00:00:00 +01:00", Date.UTC(2030, 0, 30, 23)],
    ["1896134400", Date.UTC(2030, 1, 1)],
    ["1896134400000", Date.UTC(2030, 1, 1)],
  ])("takes %s as an expiry, as other commands take a time", async (expires, at) => {
    const { keys } = cli();
    const { command } = readArguments([...ci.split(" "), "--expires", expires]);
    await runCommand({ keys: async () => keys, catalog, now: noon }, command);
    expect((await keys.list()).map(({ expires_at }) => expires_at)).toEqual([at]);
  });

  it("does not report an env as unknown beside a misspelled product", async () => {
    const said = await cli().run("create --name x --products my-prodcut --envs live --verbs jobs:read").catch(String);
    expect(said).toContain('There is no product "my-prodcut"');
    expect(said).not.toContain("There is no env");
  });

  it.each([
    [
      "create --name x --products my-prodcut --envs dvv --verbs jobs:raed",
      [
        'There is no product "my-prodcut". Did you mean "my-product"?',
        'There is no verb "jobs:raed". Did you mean "jobs:read"?',
      ],
    ],
    ["create --name x --products shop --envs lvie --verbs jobs:read", ['no env "lvie". Did you mean "live"?']],
    ["create --name x --products shop --envs dev --verbs jobs:read", ['no env "dev". Known: live']],
    ["create --name x --products shop --envs live --role oprator", ['no role "oprator". Did you mean "operator"?']],
    ["create --name x --products shop --envs live --role viewer --verbs jobs:read", ["leave one of them out"]],
    ["create --name x --products , --envs live --verbs jobs:read", ["Name at least one product."]],
    [`${ci} --expires 90`, ["--expires 90: use 90d, 12h, or a valid time"]],
    [`${ci} --expires 2030-01-01T11:59:00Z`, ["is in the past"]],
    [`${ci} --expires 0d`, ["is in the past"]],
    [
      "create --name x --products shop --envs live",
      ["A key needs --name, --products, --envs, and --role or --verbs", "npm run"],
    ],
    [`${ci} --verb jobs:read`, ["--verb", "npm run keys -- create"]],
    [`${ci} --local --table t`, ["leave out --table"]],
    ["make", ["Use one of the commands create, list and revoke."]],
    ["revoke", ["Name the id of the key to revoke."]],
    ["revoke nonsense", ["That is not the id of a key"]],
    ["list everything", ['Unexpected argument "everything".']],
  ])("refuses %s before it asks AWS, and says why", async (line, says) => {
    const { run, opened } = cli();
    const error = await run(line).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeysError);
    for (const text of says) expect((error as Error).message).toContain(text);
    expect(opened()).toBe(0);
  });
});

describe("the command to list keys", () => {
  it("prints one line per key without its secret", async () => {
    const { run } = cli();
    expect(await run("list")).toMatchObject({ out: "", message: expect.stringMatching(/^There are no keys/) });
    const { out: key } = await run(`${ci} --expires 1h`);
    await run("create --name ops --products * --envs * --verbs jobs:admin");
    const id = apiKeyId(key) ?? "";
    await run(`revoke ${id}`);
    const { out } = await run("list", noon + 2 * 3_600_000);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^ID +NAME +STATUS +MAY +PRODUCTS +ENVS +CREATED +EXPIRES +USED +RATE +MADE BY$/);
    expect(lines[1]?.split(/ +/)).toEqual([
      id,
      "ci",
      "revoked",
      "jobs:read,jobs:write",
      "my-product",
      "dev,prd",
      "2030-01-01T12:00Z",
      "2030-01-01T13:00Z",
      "-",
      "-",
      "arn:aws:iam::123456789012:user/ada",
    ]);
    expect(lines[2]).toMatch(/ ops +active +admin .* never +- +- +arn:/);
    expect(out).not.toContain(key.slice(-64));
  });

  it("says when a key was used, and which person has signed in for it", async () => {
    const { run, keys } = cli();
    const person = { issuer: "https://id.example.com", sub: "7" };
    const scopes = { products: ["shop"], envs: ["live"], verbs: ["jobs:read" as const] };
    const { record } = newApiKey({ name: "ada", scopes, created_at: noon, made_by: "sign-in", person });
    await keys.create(record);
    await keys.used(record.id, noon + 60_000);
    expect((await run("list")).out).toMatch(
      / ada +active +viewer .* never +2030-01-01T12:01Z +- +sign-in: 7 of https:\/\/id\.example\.com$/,
    );
  });
});

describe("the command to revoke a key", () => {
  it("accepts the id, or a whole leaked key, which it does not repeat", async () => {
    const { run, keys } = cli();
    const { out: key } = await run(ci);
    const { out, message } = await run(`revoke ${key}`);
    expect(await keys.get(apiKeyId(key) ?? "")).toMatchObject({ revoked_at: noon });
    expect(out).toBe("");
    expect(message).toMatch(/^Key [0-9a-f]{16} \(ci\) is revoked\. .* five minutes/);
    expect(message).not.toContain(key.slice(-64));
    expect((await run(`revoke ${apiKeyId(key)}`, noon + 1)).message).toContain("is revoked already");
  });

  it("says if there is no such key", async () => {
    await expect(cli().run("revoke 0123456789abcdef")).rejects.toThrow(
      "There is no key 0123456789abcdef in this deployment",
    );
  });
});

it.each(["--help", "-h", "create --help"])("the command %s shows the usage without a call to AWS", async (line) => {
  const { run, opened } = cli();
  const { out, message } = await run(line);
  expect(out).toContain("npm run keys -- create");
  expect([message, opened()]).toEqual([undefined, 0]);
});

describe("the audit", () => {
  it("says who has made and revoked a key, once, and neither the key nor its hash", async () => {
    const { run, keys } = cli();
    const { out } = await run(`${ci} --expires 90d`);
    const id = apiKeyId(out) as string;
    await run(`revoke ${id}`, noon + 1);
    await run(`revoke ${id}`, noon + 2);
    const by = { actor: "i:arn:aws:iam::123456789012:user/ada", target: id };
    expect(keys.audit.all()).toMatchObject([
      {
        ...{ ...by, action: "key.create", at: noon },
        after: { name: "ci", products: ["my-product"], envs: ["dev", "prd"], verbs: ["jobs:read", "jobs:write"] },
      },
      { ...by, action: "key.revoke", at: noon + 1, before: { status: "active" }, after: { status: "revoked" } },
    ]);
    const [record] = await keys.list();
    for (const secret of [out.slice(-64), record?.hash]) expect(JSON.stringify(keys.audit.all())).not.toContain(secret);
    for (const entry of keys.audit.all()) expect(entry).not.toHaveProperty("product");
  });

  it("is told of where it cannot be written: the key is made all the same", async () => {
    const { run, keys } = cli();
    keys.audit.put = async () => {
      throw new Error("denied");
    };
    const { out, message } = await run(ci);
    expect(out).toMatch(apiKeyPattern);
    expect(message).toContain("The audit could not be written, and does not show it.");
  });
});
