import { createReadStream } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";

/** `aws s3 cp <file> s3://<bucket>/<key>` and `aws s3 cp --recursive s3://<bucket>/<folder>/ <folder>/`. Anything else is a fault. */
const [service, command, ...args] = process.argv.slice(2);
const s3 = new S3Client({});

const placeOf = (url: string) => {
  const [, Bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  return { Bucket, key };
};

async function upload(file: string, url: string) {
  const { Bucket, key } = placeOf(url);
  const { size } = await stat(file);
  await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: createReadStream(file), ContentLength: size }));
}

async function download(url: string, folder: string) {
  const { Bucket, key } = placeOf(url);
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: key })) {
    for (const { Key = "" } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const file = join(folder, Key.slice(key.length));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, (await Body?.transformToByteArray()) ?? "");
    }
  }
}

const [first = "", second = "", third = ""] = args;
if (service !== "s3" || command !== "cp")
  throw new Error(`the stand-in for the AWS CLI does not know: ${service} ${command}`);
if (first === "--recursive") await download(second, third);
else await upload(first, second);
