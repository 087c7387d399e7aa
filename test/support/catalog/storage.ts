import { parameter } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const documents = {
  provider: "s3",
  bucket: parameter("/my-product/documents-bucket"),
  prefix: "documents",
} as const;

export const storage = part({
  jobs: {
    store_document: { type: "storage", storage: "documents" },
  },
  storages: { documents: { envs: { dev: documents, prd: documents } } },
});
