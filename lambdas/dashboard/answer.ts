import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { dashboardMethods } from "../topology.ts";
import { acceptedForms } from "./encoding.ts";
import { type FileOfPage, fileAt, type ReadFile } from "./files.ts";
import { caching, pageHeaders } from "./headers.ts";
import { refuseMissing, wrongMethod } from "./refuse.ts";

type Answer = APIGatewayProxyStructuredResultV2;

/** Answers a request for the page or one of its files. An answer to HEAD has no body. */
export async function answer(event: APIGatewayProxyEventV2, read: ReadFile): Promise<Answer> {
  const { body, isBase64Encoded = false, ...found } = await answerToGet(event, read);
  return event.requestContext.http.method === "HEAD" || body === undefined
    ? found
    : { ...found, body, isBase64Encoded };
}

async function answerToGet(event: APIGatewayProxyEventV2, read: ReadFile): Promise<Answer> {
  if (!dashboardMethods.some((method) => method === event.requestContext.http.method)) return wrongMethod(event);
  const file = fileAt({ routeKey: event.routeKey, asset: event.pathParameters?.proxy });
  const found = file && (await encodedFormOf(file, event.headers["accept-encoding"], read));
  if (file === undefined || found === undefined) return refuseMissing(event, file);
  return ofFile(file, found, event.headers["if-none-match"]);
}

interface Form {
  content: Buffer;
  encoding?: string | undefined;
}

async function encodedFormOf(
  { path }: FileOfPage,
  accepted: string | undefined,
  read: ReadFile,
): Promise<Form | undefined> {
  for (const { suffix, encoding } of acceptedForms(accepted)) {
    const content = await read(path + suffix);
    if (content) return { content, encoding };
  }
  return undefined;
}

function ofFile({ contentType, hashed }: FileOfPage, { content, encoding }: Form, known: string | undefined): Answer {
  // Of the bytes that are sent, so each encoding has its own.
  const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
  const headers = {
    ...pageHeaders,
    "cache-control": hashed ? caching.file : caching.page,
    vary: "accept-encoding",
    etag,
  };
  if (isCached(etag, known)) return { statusCode: 304, headers };
  return {
    statusCode: 200,
    headers: { ...headers, "content-type": contentType, ...(encoding && { "content-encoding": encoding }) },
    // Lambda passes on bytes in base64 only.
    body: content.toString("base64"),
    isBase64Encoded: true,
  };
}

/** Weakly compared: something in between that encodes anew makes our tags weak. https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
const isCached = (etag: string, ifNoneMatch = ""): boolean =>
  ifNoneMatch.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === etag);
