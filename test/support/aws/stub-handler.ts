/** The parts of an SDK client's request on the wire that tests look at. */
export interface Captured {
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  /** The parsed body: JSON, or the fields of a form, which the query protocol sends. */
  body: Record<string, unknown>;
}

export interface StubAnswer {
  statusCode?: number;
  headers?: Record<string, string>;
  /** JSON, unless it is a string, which is sent as it is. */
  body?: unknown;
}

interface WireRequest extends Omit<Captured, "body"> {
  body?: string | Uint8Array;
}

/**
 * Replaces an SDK client's network: keeps each request and answers it. `answer` receives the request and how many came before
 * it; an error that it throws is a failed connection.
 */
export function stubHandler(answer: (request: Captured, earlier: number) => StubAnswer) {
  const requests: Captured[] = [];
  return {
    requests,
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ method, path, query, headers, body }: WireRequest) {
      const request = { method, path, query, headers, body: parsed(body, headers["content-type"]) };
      requests.push(request);
      const { statusCode = 200, headers: answered = {}, body: content = {} } = answer(request, requests.length - 1);
      return {
        response: {
          statusCode,
          headers: answered,
          body: Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
        },
      };
    },
    destroy() {},
  };
}

function parsed(body: string | Uint8Array | undefined, type = "") {
  if (!body) return {};
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  return type.includes("form-urlencoded") ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
}

/** An AWS error on the wire. */
export const awsError = (type: string, statusCode = 400): StubAnswer => ({
  statusCode,
  headers: { "x-amzn-errortype": type },
  body: { __type: type, Message: type },
});

/** The same in the query protocol, which SNS speaks; `message` is where SNS says which parameter it means. */
export const queryError = (code: string, statusCode = 400, message = code): StubAnswer => ({
  statusCode,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
