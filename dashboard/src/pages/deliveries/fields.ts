import type { Tenant } from "../../ui/tenant-picker.tsx";

/** The fields of both lists in the address: which of them, of which hook or webhook, and with which outcome. */
export const deliveryDefaults = { kind: "received", of: "", outcome: "" };
type DeliveryFields = typeof deliveryDefaults;

export interface ListProps {
  tenant: Tenant;
  fields: DeliveryFields;
  change: (changes: Partial<DeliveryFields>) => void;
}
