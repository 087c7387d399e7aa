import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { startPostgres } from "../support/databases/postgres.ts";
import { checkoutOfVersion01, copyOfCheckout } from "./checkout.ts";
import { apiClient, deploy, type Outputs } from "./deployment.ts";
import { loadOn, minute, type Planned } from "./in-flight.ts";
import { credentials, type Ministack, region, startMinistack } from "./ministack.ts";
import { type OutsideWorld, startOutsideWorld } from "./outside-world.ts";
import { makeTeams } from "./own-role.ts";
import { makeTargets } from "./targets.ts";

let ministack: Ministack;
let outside: OutsideWorld;
let database: Awaited<ReturnType<typeof startPostgres>>;
let outputs: Outputs;
let key: string;

const clients = () => ({ endpoint: ministack.endpoint, region, credentials });

beforeAll(async () => {
  outside = await startOutsideWorld();
  database = await startPostgres();
  ministack = await startMinistack();
  await makeTargets(clients(), { databaseUrl: database.url(), outside });
  await makeTeams(clients());
  outputs = await deploy(ministack, checkoutOfVersion01);
  const secret = new GetSecretValueCommand({ SecretId: outputs.ApiKeySecret });
  key = (await new SecretsManagerClient(clients()).send(secret)).SecretString ?? "";
}, 240_000);

afterAll(async () => {
  await ministack?.stop();
  await outside?.stop();
  await database?.stop();
}, 30_000);

describe("an upgrade from version 0.1.0 with jobs in flight", () => {
  const { get, order, inFlight, deployUnderLoad, finished, schedulesOf } = loadOn({
    settings: clients,
    outputs: () => outputs,
    call: (method, path, options) => apiClient(outputs, ministack)(method, path, { key, ...options }),
    received: (method, path) => outside.received(method, path),
    deploy: (checkout) => deploy(ministack, checkout),
  });
  let later: Planned;

  test("accepts every request meanwhile, and ends the jobs that 0.1.0 has begun", async () => {
    later = await order(Date.now() + 60 * minute);
    const before = await inFlight({ hasLimits: false });
    const meanwhile = await deployUnderLoad(copyOfCheckout);
    expect(meanwhile.length).toBeGreaterThan(3);
    await finished([...before, ...meanwhile]);
  }, 600_000);

  test("keeps the schedules of later jobs, and takes new limits", async () => {
    expect(await schedulesOf(later.id)).toBe(1);
    expect(await get(later.id)).toMatchObject({ status: "scheduled", due_at: later.due });
    await finished(await inFlight({ hasLimits: true }));
  }, 600_000);
});
