import type { Tenant } from "../ui/tenant-picker.tsx";
import { ductape } from "./client.ts";
import { defineQuery } from "./define-query.ts";

/** The endpoints of the catalog in a product and env, with how they fare. */
export const webhooksOf = defineQuery("webhooks", (tenant: Tenant) => ductape().webhooks.list(tenant));
