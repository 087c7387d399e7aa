import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Listening } from "../../../local/gateway/http.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { tableName } from "../../../local/runtime/names.ts";
import { startDynamoDb } from "../../../local/servers/dynamodb.ts";
import { onFailedWrite, readInPlace } from "../../../local/servers/level.ts";
import { type ChangeLog, openChangeLog } from "../../../local/stream/change-log.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));
const { ClassicLevel } = require("classic-level");
const { _batch, _put } = ClassicLevel.prototype;
const folder = join(tempFolder(), "data");

let log: ChangeLog;
let server: Listening;
let client: DynamoDBClient;
let undo: () => void;
let path: string;
beforeEach(() => {
  path = join(folder, randomUUID());
  mkdirSync(path, { recursive: true });
});
afterEach(async () => {
  client.destroy();
  await server.close();
  log.close();
  undo();
  Object.assign(ClassicLevel.prototype, { _batch, _put });
});

const key = (id: string) => ({ PK: { S: `JOB#${id}` }, SK: { S: "STATE" } });
const put = (id: string) => client.send(new PutItemCommand({ TableName: tableName, Item: key(id) }));
const get = async (id: string) => (await client.send(new GetItemCommand({ TableName: tableName, Key: key(id) }))).Item;

async function start(): Promise<void> {
  log = openChangeLog(join(path, "stream.db"));
  server = await startDynamoDb(join(path, "dynamodb"), { log, changed: () => {} });
  client = new DynamoDBClient({ endpoint: server.url, maxAttempts: 1, ...credentials });
}

test("what is read in place is what was written, whatever its key, also after a restart", async () => {
  undo = readInPlace();
  await start();
  const ids = ["a", "ä€", "😀\uffff", ..."x".repeat(11)].map((id, i) => id.repeat(i < 3 ? 1 : 2 ** (i - 3)));
  await Promise.all(ids.map(put));
  const expected = ids.map((id) => key(id));
  expect(await Promise.all(ids.map(get))).toEqual(expected);
  expect(await get("missing")).toBeUndefined();

  client.destroy();
  await server.close();
  log.close();
  await start();
  expect(await Promise.all(ids.map(get))).toEqual(expected);
});

test("a write that the disk refuses is reported once and is the last one", async () => {
  let full = false;
  const refuse = async () => {
    throw Object.assign(new Error("IO error: No space left on device"), { code: "LEVEL_IO_ERROR" });
  };
  Object.assign(ClassicLevel.prototype, {
    _batch(...args: unknown[]) {
      return full ? refuse() : Reflect.apply(_batch, this, args);
    },
    _put(...args: unknown[]) {
      return full ? refuse() : Reflect.apply(_put, this, args);
    },
  });
  const reported: unknown[] = [];
  undo = onFailedWrite((error) => reported.push(error));
  await start();

  await put("before");
  full = true;
  await expect(put("during")).rejects.toMatchObject({ name: "InternalServerError" });
  full = false;
  await expect(put("after")).rejects.toMatchObject({ name: "InternalServerError" });
  expect(reported).toHaveLength(1);
  expect(await get("before")).toBeDefined();
  expect(await get("after")).toBeUndefined();
});
