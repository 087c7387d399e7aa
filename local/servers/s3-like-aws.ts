/** The parts of a Fastify request, and of its server, that are used here. */
interface Request {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body?: unknown;
}
interface Reply {
  code(status: number): Reply;
  type(name: string): Reply;
  header(name: string, value: string): Reply;
  send(body: string): Reply;
}
export interface Route {
  method: string | string[];
  url: string;
  bodyLimit?: number;
  handler: unknown;
}
export interface Fastify {
  addHook(name: "onRoute", hook: (route: Route) => void): void;
  addHook(name: "preHandler" | "onRequest", hook: (request: Request, reply: Reply) => Promise<unknown>): void;
  inject(request: { method: "HEAD"; url: string }): Promise<{ statusCode: number }>;
}

/**
 * Adds, in front of fauxqs's own handlers, behaviour of S3 that fauxqs 2.4.1 lacks. And its objects run nothing in a browser: unlike
 * S3's, they are on the origin of the queues and topics.
 */
export function likeS3(fastify: Fastify): void {
  fastify.addHook("onRequest", async (_request, reply) => {
    reply.header("content-security-policy", "sandbox").header("x-content-type-options", "nosniff");
  });
  fastify.addHook("preHandler", async (request, reply) => {
    if (request.method !== "PUT") return;
    // Without a body it would answer 500.
    request.body ??= Buffer.alloc(0);
    if (request.headers["if-none-match"] !== "*") return;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    const [path = ""] = request.url.split("?");
    const { statusCode } = await fastify.inject({ method: "HEAD", url: path });
    if (statusCode !== 200) return;
    return reply.code(412).type("application/xml").send(preconditionFailed);
  });
}

const preconditionFailed =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message><Condition>If-None-Match</Condition></Error>';
