import { quoted } from "../../job/as-code.ts";
import type { BulkOperation } from "./bulk-draft.ts";

/** An operation as curl and as a call of the SDK. */
export const bulkAsCode = (operation: BulkOperation, url: string): Record<"curl" | "SDK", string> => ({
  curl: `curl -X POST ${url}/v1/operations \\
  -H "Authorization: Bearer $DUCTAPE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(JSON.stringify(operation))}`,
  SDK: `await ductape.operations.start(${JSON.stringify(operation, null, 2)});`,
});
