import type { Home, HomeTenant, Incident } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { defineQuery } from "../../api/define-query.ts";
import { query } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { count, plural } from "../../ui/format.ts";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Plain } from "../../ui/plain.tsx";
import { Ago } from "../../ui/time.tsx";
import { titleOf } from "../incidents/words.ts";

/** A round of the reconciler comes each minute. */
const silentMs = 180_000;
const shown = 8;

const home = defineQuery("home", () => ductape().jobs.home());

/** What is late or goes wrong in any product and env that the key reaches, whatever the page shows. Nothing where all is well. The reconciler finds it once a minute. */
export function Attention() {
  const { data } = usePoll(home(), { rare: true });
  if (!data) return null;
  const { tenants, more_tenants, incidents } = data;
  const silentSince = silence(data, apiNow());
  const late = tenants.filter(({ late }) => late > 0);
  if (late.length === 0 && incidents.open === 0 && silentSince === undefined) return null;
  const others = late.length - shown + (late.length === tenants.length ? more_tenants : 0);
  return (
    <Panel
      title="Needs attention"
      class="attention"
      actions={incidents.open > 0 && <Link href="/incidents">{plural(incidents.open, "open incident")}</Link>}
    >
      {silentSince !== undefined && (
        <p class="banner banner-bad">
          <span>
            Nothing has looked for late jobs for more than three minutes, last <Ago at={silentSince} />. See whether the
            function reconciler runs.
          </span>
        </p>
      )}
      <ul class="groups">
        {late.slice(0, shown).map((tenant) => (
          <Late key={`${tenant.product_tag} ${tenant.env}`} tenant={tenant} />
        ))}
        {others > 0 && <li class="attention-more">Jobs are late in {count(others)} more products and envs.</li>}
        {incidents.first.map((incident) => (
          <Open key={`${incident.product_tag} ${incident.env} ${incident.id}`} incident={incident} />
        ))}
      </ul>
    </Panel>
  );
}

/** Since when the reconciler has said nothing, if that is too long. */
const silence = ({ at }: Home, now: number): number | undefined =>
  at !== undefined && now - at > silentMs ? at : undefined;

const Late = ({
  tenant: { product_tag, env, late, limited, held, at_least, oldest_due_at },
}: {
  tenant: HomeTenant;
}) => (
  <li>
    <Link class="group" href={`/jobs${query({ product: product_tag, env, status: "queued,running", sort: "time" })}`}>
      <span class="group-count num">{`${count(late)}${at_least ? "+" : ""}`}</span>
      <span class="group-text">
        <span class="group-head">
          <Plain text={`late in ${product_tag} ${env}`} />
        </span>
        {limited + held > 0 && (
          <span class="group-message">
            {[
              limited > 0 && `${plural(limited, "job")} with limits`,
              held > 0 && `${plural(held, "job")} held by a pause`,
            ]
              .filter(Boolean)
              .join(", ")}
          </span>
        )}
      </span>
      <Ago at={oldest_due_at} />
    </Link>
  </li>
);

const Open = ({ incident }: { incident: Incident }) => (
  <li>
    <Link
      class="group"
      href={`/incidents/${incident.id}${query({ product: incident.product_tag, env: incident.env })}`}
    >
      <span class="group-count num">{count(incident.failing)}×</span>
      <span class="group-text">
        <span class="group-head">
          <Plain text={titleOf(incident)} />
        </span>
        <span class="group-message">
          <Plain text={`${incident.product_tag} ${incident.env}`} />
        </span>
      </span>
      <Ago at={incident.last_at} />
    </Link>
  </li>
);
