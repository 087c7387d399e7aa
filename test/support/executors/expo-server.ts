import * as z from "zod";
import { type HttpServer, httpServer, json } from "./http-server.ts";

/** The part of https://docs.expo.dev/push-notifications/sending-notifications/#message-request-format that we use. */
const SendRequest = z
  .array(
    z.strictObject({
      to: z.string().regex(/^ExponentPushToken\[.+\]$/),
      title: z.string(),
      body: z.string(),
      data: z.record(z.string(), z.unknown()).optional(),
    }),
  )
  .min(1)
  .max(100);
type Message = z.infer<typeof SendRequest>[number];

/** The project of a token such as `ExponentPushToken[shop/abc]`. */
const projectOf = (token: string) => /\[(?:(.+)\/)?/.exec(token)?.[1] ?? "main";

/**
 * A wire stand-in for the Expo push service; `faults` holds the ticket errors by device token. As Expo documents, a request is
 * for the devices of one project.
 */
export async function expoServer(faults: Record<string, string> = {}): Promise<HttpServer & { batches: Message[][] }> {
  const batches: Message[][] = [];
  const server = await httpServer((request, response) => {
    if (request.url !== "/--/api/v2/push/send" || request.method !== "POST") return response.writeHead(404).end();
    const parsed = SendRequest.safeParse(JSON.parse(request.body));
    if (!parsed.success) return json(response, 400, { errors: [{ code: "VALIDATION_ERROR", message: "..." }] });
    const projects = Map.groupBy(parsed.data, ({ to }) => projectOf(to));
    if (projects.size > 1) {
      const details = Object.fromEntries(
        [...projects].map(([name, sent]) => [`@us/${name}`, sent.map(({ to }) => to)]),
      );
      return json(response, 400, { errors: [{ code: "PUSH_TOO_MANY_EXPERIENCE_IDS", message: "...", details }] });
    }
    batches.push(parsed.data);
    const data = parsed.data.map(({ to }) =>
      faults[to]
        ? { status: "error", message: `"${to}" ...`, details: { error: faults[to] } }
        : { status: "ok", id: `ticket-${to}` },
    );
    return json(response, 200, { data });
  });
  return { ...server, batches };
}
