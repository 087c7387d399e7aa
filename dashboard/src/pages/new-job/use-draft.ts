import { useEffect, useState } from "preact/hooks";
import { apiNow } from "../../api/clock.ts";
import { type DetailedEvent, useExample, useProduct } from "../../api/product-details.ts";
import { useProducts } from "../../api/products.ts";
import { useTenant } from "../../ui/tenant-picker.tsx";
import { useZone } from "../../ui/zone-store.ts";
import { useUrlState } from "../../use-url-state.ts";
import { type Draft, draftOf, emptyDraft, type Place } from "./draft.ts";
import { written } from "./exact.ts";
import { type Source, useSource } from "./use-source.ts";

const defaults = { product: "", env: "", event: "", from: "" };

export interface Drafting {
  /** Undefined until the catalog is known. */
  place: Place | undefined;
  events: DetailedEvent[];
  event: DetailedEvent | undefined;
  envs: string[];
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  choose: (place: { product?: string; env?: string; event?: string }) => void;
  useExampleInput: (() => void) | undefined;
  source: Source | undefined;
  error: unknown;
}

/** What is being filled in: where in the address, everything else here, from an example or from another job. */
export function useDraft(): Drafting {
  const [url, setUrl] = useUrlState(defaults);
  const products = useProducts();
  const tenant = useTenant();
  const { source, error } = useSource(url.from);
  const job = source?.job;
  const waits = url.from !== "" && !source && !error;
  const tag = url.product || job?.product_tag || tenant?.product_tag;
  const product = useProduct(waits ? undefined : tag);
  const [draft, setDraft] = useState(emptyDraft(useZone()));
  const event = product?.events.find((one) => one.tag === (url.event || job?.event)) ?? product?.events[0];
  const example = useExample(tag ?? "", event);
  const wantedEnv = url.env || (url.product === "" ? (job?.env ?? tenant?.env) : undefined);
  const env = product?.envs.find((one) => one === wantedEnv) ?? product?.envs[0];
  const place = product && event && env !== undefined ? { product_tag: product.tag, env, event: event.tag } : undefined;
  useFilling({ place, source, example, setDraft });
  const change = (changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes }));
  return {
    place,
    events: product?.events ?? [],
    event,
    envs: products?.find((one) => one.tag === tag)?.envs ?? [],
    draft,
    change,
    choose: setUrl,
    useExampleInput: example === undefined ? undefined : () => change({ input: written(example) }),
    source,
    error,
  };
}

interface Filling {
  place: Place | undefined;
  source: Source | undefined;
  example: unknown;
  setDraft: (next: (now: Draft) => Draft) => void;
}

/** Fills in the input once per event: that of the job to repeat, or an example. What a person has typed stays. */
function useFilling({ place, source, example, setDraft }: Filling): void {
  const [filled, setFilled] = useState("");
  const job = source?.job;
  const name = place ? `${place.product_tag} ${place.event}` : "";
  const isSame = job !== undefined && job.product_tag === place?.product_tag && job.event === place.event;
  useEffect(() => {
    if (name === "" || filled === name || (example === undefined && !isSame)) return;
    setFilled(name);
    const input = isSame && source?.input !== undefined ? source.input : written(example ?? {});
    if (isSame) setDraft((now) => draftOf(job, input, now.zone, apiNow()));
    // Calendars are of their product, and another event is another series.
    else setDraft((now) => ({ ...now, input, beside: {} }));
  }, [name, filled, example, isSame]);
}
