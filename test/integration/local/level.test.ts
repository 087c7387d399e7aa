import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test } from "@jest/globals";
import type { Listening } from "../../../local/gateway/http.ts";
import { credentials } from "../../../local/runtime/credentials.ts";
import { tableName } from "../../../local/runtime/names.ts";
import { startDynamoDb } from "../../../local/servers/dynamodb.ts";
import { onFailedWrite } from "../../../local/servers/level.ts";
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
  mkdirSync(folder);
  log = openChangeLog(join(folder, "stream.db"));
  server = await startDynamoDb(join(folder, "dynamodb"), { log, changed: () => {} });
  client = new DynamoDBClient({ endpoint: server.url, maxAttempts: 1, ...credentials });

  await put("before");
  full = true;
  await expect(put("during")).rejects.toMatchObject({ name: "InternalServerError" });
  full = false;
  await expect(put("after")).rejects.toMatchObject({ name: "InternalServerError" });
  expect(reported).toHaveLength(1);
  expect(await get("before")).toBeDefined();
  expect(await get("after")).toBeUndefined();
});
