import { authorize, keyIdOf } from "../../../lambdas/authorizer/authorize.ts";
import { newApiKey, usedEveryMs } from "../../../lambdas/core/access/api-key.ts";
import { allScopes, noScopes, type Scopes } from "../../../lambdas/core/access/scopes.ts";
import { noon } from "../../support/builders.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { fakeLog } from "../../support/fakes/log.ts";

const deployed = "k".repeat(40);

function authorizer(...given: ReturnType<typeof newApiKey>["record"][]) {
  const services = {
    keys: fakeApiKeys(...given),
    deployedKey: async () => deployed,
    clock: fakeClock(),
    log: fakeLog(),
  };
  return { ...services, ask: (header: string | undefined) => authorize(services, header) };
}

describe("the key created at deployment", () => {
  it("has every scope, whatever the case of the scheme", async () => {
    expect(await authorizer().ask(`Bearer ${deployed}`)).toEqual({ scopes: allScopes });
    expect(await authorizer().ask(`bearer ${deployed}`)).toEqual({ scopes: allScopes });
  });

  it.each([
    undefined,
    "",
    deployed,
    `Basic ${deployed}`,
    `Bearer ${deployed}x`,
    `Bearer ${deployed.slice(1)}`,
    `Bearer  ${deployed}`,
    `Bearer ${deployed}\n`,
  ])("is not matched by %j", async (header) => {
    expect(await authorizer().ask(header)).toBeUndefined();
  });
});

it("a key is named by its id, and the key created at deployment 'deployed'", () => {
  const { key, record } = newApiKey({ name: "ci", scopes: allScopes, created_at: noon });
  expect(keyIdOf(`Bearer ${key}`)).toBe(record.id);
  expect(keyIdOf(`Bearer ${deployed}`)).toBe("deployed");
});

describe("a created key", () => {
  const scopes: Scopes = { products: ["shop"], envs: ["dev"], verbs: ["jobs:read"] };
  const aKey = (more: { expires_at?: number } = {}) =>
    newApiKey({ name: "ci", scopes, created_at: noon - 1000, ...more });

  it("has its scopes and its name until it expires", async () => {
    const { key, record } = aKey({ expires_at: noon + 60_000 });
    const { ask, clock } = authorizer(record);
    expect(await ask(`Bearer ${key}`)).toEqual({ scopes, name: "ci", expires_at: noon + 60_000 });
    await clock.advance(60_000);
    // It passes without any scope, so that the API can say why.
    expect(await ask(`Bearer ${key}`)).toEqual({ scopes: noScopes, name: "ci", expires_at: noon + 60_000 });
  });

  it("that has expired and was revoked does not pass", async () => {
    const { key, record } = aKey({ expires_at: noon });
    const { ask, keys } = authorizer(record);
    await keys.revoke(record.id, noon);
    expect(await ask(`Bearer ${key}`)).toBeUndefined();
  });

  it("that has expired passes for its bearer only", async () => {
    const { record } = aKey({ expires_at: noon });
    expect(await authorizer(record).ask(`Bearer dj_${record.id}_${"0".repeat(64)}`)).toBeUndefined();
  });

  it("has its person", async () => {
    const person = { issuer: "https://id.example.com", sub: "7", email: "ada@example.com" };
    const { key, record } = newApiKey({ name: "ada@example.com", scopes, created_at: noon, person });
    expect(await authorizer(record).ask(`Bearer ${key}`)).toEqual({ scopes, name: "ada@example.com", person });
  });

  it("notes its use at most once an hour, and never that of a key that is refused", async () => {
    const { key, record } = aKey();
    const { ask, keys, clock } = authorizer(record);
    const used = async () => (await keys.get(record.id))?.last_used_at;
    await ask(`Bearer dj_${record.id}_${"0".repeat(64)}`);
    expect(await used()).toBeUndefined();
    const at = clock.now();
    for (let minutes = 0; minutes < 60; minutes++) {
      await ask(`Bearer ${key}`);
      expect(await used()).toBe(at);
      await clock.advance(60_000);
    }
    await ask(`Bearer ${key}`);
    expect(await used()).toBe(at + usedEveryMs);
  });

  it("asks for no write between two notes", async () => {
    const { key, record } = aKey();
    const services = authorizer({ ...record, last_used_at: noon });
    let writes = 0;
    const used = async () => void writes++;
    for (let i = 0; i < 5; i++)
      await authorize({ ...services, keys: { get: services.keys.get, used } }, `Bearer ${key}`);
    expect(writes).toBe(0);
  });

  it("is accepted while its use cannot be noted", async () => {
    const { key, record } = aKey();
    const services = authorizer(record);
    const used = () => Promise.reject(new Error("no table"));
    const asked = authorize({ ...services, keys: { get: services.keys.get, used } }, `Bearer ${key}`);
    expect(await asked).toEqual({ scopes, name: "ci" });
    expect(services.log.lines).toMatchObject([{ fields: { key_id: record.id } }]);
  });

  it("has its rate", async () => {
    const { key, record } = newApiKey({ name: "ci", scopes, created_at: noon - 1000, rate: 50 });
    expect(await authorizer(record).ask(`Bearer ${key}`)).toEqual({ scopes, name: "ci", rate: 50 });
  });

  it("is refused once it is revoked, and the log has its id only", async () => {
    const { key, record } = aKey();
    const { ask, keys, log } = authorizer(record);
    expect(await ask(`Bearer ${key}`)).toEqual({ scopes, name: "ci" });
    await keys.revoke(record.id, noon);
    expect(await ask(`Bearer ${key}`)).toBeUndefined();
    expect(log.lines).toMatchObject([{ fields: { key_id: record.id, why: "revoked" } }]);
    expect(JSON.stringify(log.lines)).not.toContain(key.slice(-64));
  });

  it("is refused with a wrong secret or an unknown id", async () => {
    const { record } = aKey();
    const { ask } = authorizer(record);
    expect(await ask(`Bearer dj_${record.id}_${"0".repeat(64)}`)).toBeUndefined();
    expect(await ask(`Bearer ${aKey().key}`)).toBeUndefined();
  });

  it("is looked up in the table only, and any other one in the secret only", async () => {
    const never = async (): Promise<never> => {
      throw new Error("was asked");
    };
    const { key, record } = aKey();
    const services = authorizer(record);
    expect(await authorize({ ...services, deployedKey: never }, `Bearer ${key}`)).toEqual({ scopes, name: "ci" });
    expect(await authorize({ ...services, keys: { get: never, used: never } }, `Bearer ${deployed}`)).toEqual({
      scopes: allScopes,
    });
    await expect(authorize({ ...services, keys: { get: never, used: never } }, `Bearer ${key}`)).rejects.toThrow(
      "was asked",
    );
  });
});
