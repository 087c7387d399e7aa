import { Readable } from "node:stream";
import { s3Buckets } from "../../../lambdas/consumers/types/storage/s3.ts";
import { settings } from "../aws/client-settings.ts";

export interface S3Request {
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
}

export interface S3Answer {
  status?: number;
  headers?: Record<string, string>;
  /** The code of an S3 error. */
  error?: string;
  body?: string;
}

/** S3 buckets whose network is `answer`; an error that it throws is a failed connection. */
export function s3OnTheWire(
  answer: (request: S3Request, aborted: AbortSignal | undefined) => S3Answer | Promise<S3Answer>,
) {
  const requests: S3Request[] = [];
  const requestHandler = {
    metadata: { handlerProtocol: "http/1.1" },
    async handle({ method, path, query, headers }: S3Request, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      abortSignal?.throwIfAborted();
      const request = { method, path, query, headers };
      requests.push(request);
      const { status = 200, headers: answered = {}, error, body = "" } = await answer(request, abortSignal);
      const text = error ? `<Error><Code>${error}</Code><Message>s3cret</Message></Error>` : body;
      return { response: { statusCode: status, headers: answered, body: Readable.from([Buffer.from(text)]) } };
    },
    destroy() {},
  };
  return { requests, open: s3Buckets({ ...settings, maxAttempts: 1, requestHandler: requestHandler as never }) };
}
