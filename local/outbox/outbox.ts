import { type Handler, onPortOrAny, sendJson, serve } from "../gateway/http.ts";
import { foreignService, refuseService } from "./aws-calls.ts";
import { makeCaught } from "./caught.ts";
import { type BusEvent, handleEvents, putEventsTarget } from "./events.ts";
import { handleExpo } from "./expo.ts";
import { handleFcm } from "./fcm.ts";
import { makeGoogleTokens } from "./google-token.ts";
import { handlePricing } from "./pricing.ts";
import { handleSes, sesRoute } from "./ses.ts";
import { handleSink } from "./sink.ts";
import { startSmtp } from "./smtp.ts";
import { handleSns, isSns } from "./sns.ts";
import { handleTask, isTaskCall } from "./step-functions.ts";

export interface Outbox {
  /**
   * The URL of the HTTP sink, the demo's price function and the stand-ins for FCM, Google's tokens, Expo, SES, SNS,
   * EventBridge and Step Functions.
   */
  url: string;
  smtpUrl: string;
  /** Makes an event bus exist, by its name. */
  addBus(name: string): void;
  /** `GET /outbox` and `DELETE /outbox` on the gateway. */
  handle: Handler;
  close(): Promise<void>;
}

/**
 * Catches the demo's messages and calls, so that nothing leaves the machine. `privateKey` belongs to the FCM account; `rules`
 * receives what is put on the bus.
 */
export async function startOutbox(
  privateKey: string,
  rules: (event: BusEvent) => Promise<void> = async () => {},
  wantedPort?: number,
): Promise<Outbox> {
  const caught = makeCaught();
  const tokens = makeGoogleTokens(privateKey);
  const buses = new Set<string>();
  const smtp = await startSmtp(caught);
  const handler: Handler = async (request, response) => {
    const route = `${request.method} ${(request.url ?? "/").split("?")[0]}`;
    const project = /^POST \/v1\/projects\/([^/]+)\/messages:send$/.exec(route)?.[1];
    if (request.headers["x-amz-target"] === putEventsTarget)
      return handleEvents(caught, rules, buses, request, response);
    if (isTaskCall(request)) return handleTask(caught, request, response);
    if (project !== undefined) return handleFcm(caught, tokens, project, request, response);
    if (route === "POST /token") return tokens.handle(request, response);
    if (route === "POST /--/api/v2/push/send") return handleExpo(caught, request, response);
    if (route === "POST /pricing") return handlePricing(caught, request, response);
    if (route === sesRoute) return handleSes(caught, request, response);
    if (isSns(request)) return handleSns(caught, request, response);
    const service = foreignService(request);
    if (service !== undefined) return refuseService(service, response);
    return handleSink(caught, request, response);
  };
  const http = await onPortOrAny(wantedPort, (port) => serve(handler, port));
  return {
    url: http.url,
    smtpUrl: smtp.url,
    addBus: (name) => {
      buses.add(name);
    },
    handle: async (request, response) => {
      if (request.method === "GET") return sendJson(response, 200, { items: caught.items() });
      if (request.method !== "DELETE") return sendJson(response, 404, { message: "Not Found" });
      caught.clear();
      response.writeHead(204).end();
    },
    close: async () => {
      await Promise.all([smtp.close(), http.close()]);
    },
  };
}
