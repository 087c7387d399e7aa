import { DebounceRequest, UniqueRequest } from "../lambdas/core/catalog/sharing-fields.ts";
import { RetryConfig } from "../lambdas/core/job/retry-config.ts";
import { Time } from "../lambdas/core/kernel/start-time.ts";
import { JobRequest } from "../lambdas/core/requests/job-request.ts";
import { RepeatRequest } from "../lambdas/core/requests/repeat-request.ts";
import { SessionRequest } from "../lambdas/core/requests/session-request.ts";
import { SignalRequest } from "../lambdas/core/requests/signal-request.ts";
import { answers } from "./answers.ts";
import { pythonOf } from "./python.ts";

const moduleOf = (doc: string, imports: string, types: string): string =>
  `"""${doc}

Made by \`npm run generate\` from the schemas in lambdas/. Change those instead.
"""

from __future__ import annotations

${imports}


${types}
`;

/** What the client of Python returns, by the names of the SDK. */
export const pythonAnswers = (): string =>
  moduleOf(
    "What the API sends.",
    "from typing import Any, Literal, NotRequired, TypedDict",
    pythonOf(
      Object.fromEntries(
        Object.entries(answers).map(([name, { extends: bases = [], ...shape }]) => {
          // What is written by hand belongs to the SDK alone.
          const base = bases.find((one) => one in answers);
          return [name, { ...shape, ...(base !== undefined && { extends: base }) }];
        }),
      ),
      ["JobReceipt", "Job", "JobPage", "RunPage", "SignalSent", "Me"],
      "output",
    ),
  );

const doc =
  "The job to schedule: an event of a product in one of its environments, the input and the start time. Over HTTP it may also be spelled as Ductape does.";

/** What the client of Python takes. */
export const pythonRequests = (): string =>
  moduleOf(
    "What the API takes.",
    "from collections.abc import Mapping\nfrom datetime import datetime\nfrom typing import Any, Literal, NotRequired, TypedDict",
    pythonOf(
      {
        Time: { schema: Time, type: "float | str | datetime" },
        RetryConfig: { schema: RetryConfig },
        Repeat: { schema: RepeatRequest },
        Debounce: { schema: DebounceRequest },
        Unique: { schema: UniqueRequest },
        Session: { schema: SessionRequest },
        JobRequest: { schema: JobRequest, doc },
        SignalRequest: { schema: SignalRequest },
      },
      ["JobRequest", "SignalRequest"],
      "input",
    ),
  );
