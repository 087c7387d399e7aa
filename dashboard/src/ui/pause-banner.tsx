import { usePauses } from "../api/pauses.ts";
import { query } from "../api/request.ts";
import { heldWords } from "../pages/limits/pause-draft.ts";
import { Link } from "./link.tsx";
import { Plain } from "./plain.tsx";
import { Ago } from "./time.tsx";

const shown = 3;

/** What is paused, on every page: whoever wonders why nothing starts should see it first. */
export function PauseBanner() {
  const active = (usePauses({ rare: true }) ?? []).filter(({ state }) => state === "active");
  if (active.length === 0) return null;
  return (
    <section class="banner banner-warn pause-banner" aria-label="What is paused">
      <ul>
        {active.slice(0, shown).map(({ id, product_tag, env, reason, since, ...scope }) => (
          <li key={id}>
            <Link href={`/limits${query({ product: product_tag, env })}`}>
              Paused: <Plain text={heldWords(scope)} /> of {product_tag}
              {env !== undefined && ` in ${env}`}
            </Link>{" "}
            <Plain text={reason} /> <Ago at={since} />
          </li>
        ))}
        {active.length > shown && <li>and {active.length - shown} more</li>}
      </ul>
    </section>
  );
}
