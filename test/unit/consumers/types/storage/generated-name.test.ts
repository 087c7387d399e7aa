import { generatedName } from "../../../../../lambdas/consumers/types/storage/generated-name.ts";
import { detectMimeType } from "../../../../../lambdas/consumers/types/storage/mime-type.ts";
import { longestGeneratedName } from "../../../../../lambdas/consumers/types/storage/object-key.ts";
import { fileName } from "../../../../../lambdas/core/kernel/file-name.ts";
import { aJob } from "../../../../support/builders.ts";

const job = { id: `job_${"0".repeat(32)}`, run: 1 };
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "base64");
const bmp = Buffer.concat([Buffer.from("BM"), Buffer.alloc(60)]);
const text = Buffer.from("hello");

describe("the generated name of a file", () => {
  it.each([
    ["image/png", png, ".png"],
    ["image/png", text, ".png"],
    ["IMAGE/JPEG ; q=1", text, ".jpg"],
    ["text/plain; charset=utf-8", text, ".txt"],
    ["text/html", text, ".html"],
    ["application/json", text, ".json"],
    ["application/xml", Buffer.from('<?xml version="1.0"?><a/>'), ".xml"],
    ["image/bmp", bmp, ".bmp"],
    ["image/bmp", text, ""],
    ["image/x-of-their-own", png, ""],
    ["application/octet-stream", text, ""],
    ["constructor", text, ""],
  ])("for type %s", async (type, head, extension) => {
    expect(await generatedName(job, type, head)).toBe(job.id + extension);
  });

  it.each([
    [png, ".png"],
    [bmp, ".bmp"],
    [Buffer.from("%PDF-1.7\n"), ".pdf"],
    [Buffer.from('<?xml version="1.0"?><a/>'), ".xml"],
    [text, ""],
    [Buffer.alloc(0), ""],
  ])("has the ending of its content's type", async (head, extension) => {
    expect(await generatedName(job, await detectMimeType(head), head)).toBe(job.id + extension);
  });

  it("differs between runs and between jobs", async () => {
    const names = [job, { ...job, run: 2 }, { ...job, run: 12 }, aJob()].map((one) => generatedName(one, "a/b", text));
    expect(await Promise.all(names)).toEqual([job.id, `${job.id}-2`, `${job.id}-12`, expect.stringMatching(/^job_/)]);
    expect(new Set(await Promise.all(names)).size).toBe(4);
  });

  it("is valid and not longer than a request allows for", async () => {
    const name = await generatedName({ ...job, run: Number.MAX_SAFE_INTEGER }, "application/x-ndjson", text);
    expect(name.length).toBeLessThanOrEqual(longestGeneratedName);
    expect(fileName.parse(name)).toBe(name);
  });
});
