import type { IncomingMessage, ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import type { Reference } from "../core/catalog/references.ts";
import { codeVersion } from "../core/job/code-messages.ts";
import { answer } from "./answer.ts";
import type { CodeFunction } from "./define-function.ts";
import { Decisions } from "./feature/answer-decide.ts";
import type { CodeFeature } from "./feature/define-feature.ts";
import { findFeature } from "./feature/find-feature.ts";

/** Features of one version of the code. */
export interface ServedDefinition {
  /** What runs that begin with them keep, unlike that of any other version. */
  id: string;
  /** By their tags in the catalog. */
  features: Readonly<Record<string, CodeFeature>>;
}

export interface ServeOptions {
  /**
   * The functions, by their names in the catalog.
   * @default - there are none
   */
  functions?: Readonly<Record<string, CodeFunction>>;
  /**
   * The features, by their tags in the catalog. All runs go on with them, those of an earlier version too: with `definitions` they keep theirs.
   * @default - those of `definitions`
   */
  features?: Readonly<Record<string, CodeFeature>>;
  /**
   * Versions of the features, the present one first. A run goes on with the one with which it began, and waits where that is not there any more.
   * @default - `features` is the only one
   */
  definitions?: readonly ServedDefinition[];
  /** The secret that signs the messages, as the target in the catalog has it (`whsec_...`), or several while it is being changed. */
  secret: string | readonly string[];
  /**
   * Gives the values of secrets and parameters that a function asks for by `ctx.secret`.
   * @default - there are none
   */
  resolve?: (reference: Reference) => string | Promise<string>;
}

/** A handler as `fetch`-style servers have it: Hono, Bun, Deno, a Worker, a route of Next.js. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** The most bytes of a message: the engine sends at most 6 MB. */
const largestMessage = 7 * 1024 * 1024;

/**
 * One handler of functions that run anywhere: it checks the signature of each message and answers it. `GET` says which functions there are.
 * @example
 * app.all("/jobs", (c) => handler(c.req.raw));
 */
export function serve(options: ServeOptions): FetchHandler {
  const { functions = {}, features, secret, resolve } = options;
  const definitions = options.definitions ?? (features ? [{ id: live, features }] : []);
  if (features && options.definitions)
    throw new TypeError("serve takes `features`, or `definitions` with the features of each version.");
  const keys = [secret].flat().map((one) => new Webhook(one));
  if (keys.length === 0) throw new TypeError("serve needs a secret, which signs the messages.");
  const read = async (reference: Reference) => {
    if (resolve) return resolve(reference);
    throw new Error("serve was given no `resolve`, which gives the values of secrets.");
  };
  const write = (line: string) => console.log(line);
  const served = definitions.map((one) => ({ definition: one.id, features: offered(one.features) }));
  const host = {
    functions: offered(functions),
    resolve: read,
    readsAny: true,
    write,
    decisions: new Decisions({ find: findFeature(served), resolve: (_run, reference) => read(reference), write }),
  };
  const offers = {
    v: codeVersion,
    functions: Object.keys(functions),
    ...(definitions.length > 0 && {
      features: Object.keys(definitions[0]?.features ?? {}),
      definitions: definitions.map(({ id }) => id),
    }),
  };
  return async (request) => {
    if (request.method === "GET") return json(200, offers);
    if (request.method !== "POST") return json(405, { message: "POST a message of the engine, or GET the functions." });
    const body = await boundedBody(request);
    if (body === undefined) return tooLargeMessage();
    const headers = Object.fromEntries(request.headers);
    if (!keys.some((key) => isWebhookSigned(key, body, headers)))
      return json(401, { message: "The message is not signed with this secret, or not just now." });
    return json(200, await answer(host, messageIn(body)));
  };
}

const tooLargeMessage = () => json(413, { message: "The message is too large." });

/** The body of a request. Undefined if it is larger than a message may be: nobody has signed what is read here. */
export async function boundedBody({ headers, body }: Request): Promise<string | undefined> {
  if (Number(headers.get("content-length")) > largestMessage) return undefined;
  const reader = body?.getReader();
  const bytes = await upTo(largestMessage, async () => (await reader?.read())?.value);
  if (bytes === undefined) await reader?.cancel();
  return bytes?.toString();
}

/** What comes until there is no more of it. Undefined if that is too much. */
async function upTo(most: number, next: () => Promise<Uint8Array | undefined>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    bytes += chunk.byteLength;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The definition of features that have no version. */
const live = "live";

const offered = (defined: Readonly<Record<string, CodeFunction | CodeFeature>>) =>
  Object.fromEntries(
    Object.entries(defined).map(([name, one]) => [
      name,
      { load: async () => ({ [name]: one }), export: name, file: "serve" },
    ]),
  );

/** A signature is valid for five minutes, so that nobody can send a message again later. */
function isWebhookSigned(key: Webhook, body: string, headers: Record<string, string>): boolean {
  try {
    key.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

function messageIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

/** The same for `node:http` and Express: `app.all("/jobs", toNode(handler))`, before any parser of bodies. */
export const toNode =
  (handler: FetchHandler) =>
  async (request: IncomingMessage & { body?: unknown }, response: ServerResponse): Promise<void> => {
    // A server of Node does not wait for this promise: were it rejected, the process would end, and with it all else that it does.
    const answer = await nodeAnswer(handler, request).catch((error: unknown) => {
      // The caller has gone amid its message.
      if (!request.complete) return undefined;
      console.error("A message of ductape-jobs could not be answered.", error);
      return json(500, { message: "The message could not be answered: the log of this server says why." });
    });
    if (!answer) return void response.destroy();
    // What is left of a message that was not read to its end is not waited for.
    if (!request.complete) response.setHeader("connection", "close");
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };

async function nodeAnswer(handler: FetchHandler, request: IncomingMessage & { body?: unknown }): Promise<Response> {
  const { method = "GET", url, headers } = request;
  // A Request cannot have these.
  if (["CONNECT", "TRACE", "TRACK"].includes(method)) return json(405, { message: `${method} is not answered here.` });
  if (Number(headers["content-length"]) > largestMessage) return tooLargeMessage();
  // The answer is still to be sent when the reading ends early.
  const chunks = request.iterator({ destroyOnReturn: false });
  const body = await upTo(largestMessage, async () => (await chunks.next()).value);
  if (body === undefined) return tooLargeMessage();
  if (body.length === 0 && request.body !== undefined && method === "POST")
    return json(500, { message: "A parser has read the body before: put this handler before express.json()." });
  return handler(fetchRequest(method, url, headers, body));
}

/** What API Gateway (payload 2.0) and function URLs invoke a Lambda function with. */
interface HttpEvent {
  requestContext: { http: { method: string } };
  rawPath?: string;
  headers: Record<string, string | undefined>;
  body?: string | undefined;
  isBase64Encoded?: boolean;
}

/** The same for a Lambda function behind API Gateway or a function URL. */
export const toLambda = (handler: FetchHandler) => async (event: HttpEvent) => {
  const { method } = event.requestContext.http;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const answer = await handler(fetchRequest(method, event.rawPath, event.headers, body));
  return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
};

const fetchRequest = (
  method: string | undefined = "GET",
  path: string | undefined,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
): Request =>
  new Request(new URL(path?.startsWith("/") ? `.${path}` : "", "http://code.invalid/"), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || name.startsWith(":") ? [] : [[name, String(value)]],
    ),
    ...(method !== "GET" && method !== "HEAD" && { body: new Uint8Array(body) }),
  });
