import { apiUrl } from "../../api/base.ts";
import { useCan } from "../../api/me.ts";
import { useProducts } from "../../api/products.ts";
import { CodeTabs } from "../../ui/code-block.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { firstJobAsCode } from "./first-job-code.ts";

/** For who has no job yet: how to schedule one. */
export function FirstJob() {
  const can = useCan();
  const product = useProducts()?.[0];
  const event = product?.events[0];
  return (
    <Panel title="Schedule your first job" class="first-job">
      <div class="panel-body stack">
        <p class="muted">
          A job runs an event of a product at a time: now, in a month, or again and again. It appears here as soon as it
          is accepted.
        </p>
        {can("jobs:write") && (
          <p class="row">
            <Link class="button button-primary" href="/new">
              Schedule a job
            </Link>
            <Link class="button button-plain" href="/catalog">
              See the catalog
            </Link>
          </p>
        )}
        {product && event && (
          <CodeTabs
            label="A first job"
            codes={firstJobAsCode(product.tag, product.envs[0] ?? "prd", event.tag, apiUrl())}
          />
        )}
      </div>
    </Panel>
  );
}
