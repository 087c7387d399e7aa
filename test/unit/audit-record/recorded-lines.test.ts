import type { DynamoDBRecord } from "aws-lambda";
import { recordedLines } from "../../../lambdas/audit-record/recorded-lines.ts";
import { linesOf, recordFileOf } from "../../../lambdas/core/access/audit-record.ts";

const entry = '{"id":"aud_1","reason":"late 😀 \\uffff"}';
const keys = { PK: { S: "AUDIT#shop#2030-01" }, SK: { S: "aud_1" } };
const record = (eventName: "INSERT" | "MODIFY" | "REMOVE", more: object = {}): DynamoDBRecord => ({
  eventName,
  dynamodb: { Keys: keys, [eventName === "REMOVE" ? "OldImage" : "NewImage"]: { ...keys, entry: { S: entry } } },
  ...more,
});

it("records each entry with the bytes that the table has", () => {
  const lines = recordedLines([record("INSERT")]);
  expect(lines).toEqual([{ how: "written", id: "aud_1", entry }]);
  expect(linesOf(recordFileOf(lines))).toEqual(lines);
});

it("records that an entry was changed or removed by somebody, and not that it has expired", () => {
  const expiry = { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } };
  const hows = recordedLines([record("MODIFY"), record("REMOVE"), record("REMOVE", expiry)]).map(({ how }) => how);
  expect(hows).toEqual(["changed", "removed"]);
});

it("records an item that is no entry too: somebody has put it among them", () => {
  const odd = { eventName: "INSERT" as const, dynamodb: { Keys: keys, NewImage: keys } };
  expect(recordedLines([odd])).toEqual([{ how: "written", id: "aud_1", entry: "" }]);
});

it("reads a file with lines that are none as such", () => {
  expect(linesOf('{"how":"written"}\nno JSON\n\n')).toEqual([undefined, undefined]);
});
