import { Segments } from "../../ui/field.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TenantPicker, useTenant } from "../../ui/tenant-picker.tsx";
import { useUrlState } from "../../use-url-state.ts";
import { deliveryDefaults } from "./fields.ts";
import { ReceivedList } from "./received-list.tsx";
import { SentList } from "./sent-list.tsx";
import "./deliveries.css";

const kinds = [
  ["received", "Received"],
  ["sent", "Sent"],
] as const;

/** What providers have delivered to hooks, and what was sent to webhooks. */
export function Deliveries() {
  const tenant = useTenant();
  const [fields, change] = useUrlState(deliveryDefaults);
  const isSent = fields.kind === "sent";
  const List = isSent ? SentList : ReceivedList;
  return (
    <>
      <PageHeader
        title="Deliveries"
        actions={
          <>
            <Segments
              label="Which"
              value={isSent ? "sent" : "received"}
              options={kinds}
              onChange={(kind) => change({ kind, of: "", outcome: "" })}
            />
            <TenantPicker tenant={tenant} />
          </>
        }
      >
        {isSent
          ? "What was sent to webhooks, the latest first, with each attempt. One can be sent again."
          : "What providers have delivered to hooks, the latest first, and what came of it. One can be replayed."}
      </PageHeader>
      {tenant ? (
        <List key={`${tenant.product_tag} ${tenant.env}`} tenant={tenant} fields={fields} change={change} />
      ) : (
        <Skeleton lines={5} />
      )}
    </>
  );
}
