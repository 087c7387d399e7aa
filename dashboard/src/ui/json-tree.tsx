import { useMemo, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { count, plural } from "./format.ts";
import { entriesOf, isBranch, summaryOf } from "./json.ts";
import { pathText } from "./json-path.ts";
import { mostPlaces, placesOf } from "./json-search.ts";
import { Plain } from "./plain.tsx";
import { keptMs, saveFile } from "./save-file.ts";

/** How many entries of one list or object are shown before one asks for more. */
const step = 100;
/** How many characters of one text are shown before one asks for the rest. */
const shownText = 2_000;
/** From how many characters of JSON on a value is searched and downloaded, and not only looked at. */
const largeText = 4_000;

interface Props {
  value: unknown;
  label: string;
  /** How many levels are open at first. Default: 2. */
  open?: number;
}

/** JSON to unfold. Numbers that JavaScript would round arrive as texts and are shown with every digit. */
export function JsonTree({ value, label, open = 2 }: Props) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "", [value]);
  const [sought, seek] = useState("");
  return (
    <div class="json">
      {text.length > largeText && (
        <div class="json-tools">
          <input
            type="search"
            aria-label={`Search ${label}`}
            placeholder="Search names and values"
            spellcheck={false}
            autocomplete="off"
            value={sought}
            onInput={(event) => seek(event.currentTarget.value)}
          />
          <Button tone="quiet" icon="download" title={`Download ${label}`} onClick={() => save(text, label)}>
            {size(text)}
          </Button>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="json-tree" aria-label={`${label}, as JSON`} tabIndex={0}>
        {sought.trim() === "" ? <Node value={value} depth={open} /> : <Places value={value} sought={sought} />}
      </section>
      <CopyButton text={text} label={`Copy ${label}`} />
    </div>
  );
}

const size = (text: string): string => `${count(Math.ceil(new Blob([text]).size / 1024))} KB`;

/** Gives the browser a file to keep: `result-of-run-2.json`. */
function save(text: string, label: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  saveFile({ name: `${label.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.json`, url });
  setTimeout(() => URL.revokeObjectURL(url), keptMs);
}

/** Where a name or a text has what is sought. */
function Places({ value, sought }: { value: unknown; sought: string }) {
  const places = useMemo(() => placesOf(value, sought), [value, sought]);
  const words =
    places.length > mostPlaces
      ? `The first ${mostPlaces} places`
      : places.length === 0
        ? "Nowhere"
        : plural(places.length, "place");
  return (
    <>
      <p class="muted" role="status">
        {words}
      </p>
      {places.slice(0, mostPlaces).map(({ path, value: part }) => (
        <div class="json-row" key={pathText(path)}>
          <Name name={pathText(path)} />
          {isBranch(part) ? <span class="json-summary">{summaryOf(part)}</span> : <Leaf value={part} />}
        </div>
      ))}
    </>
  );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  if (!isBranch(value)) {
    return (
      <div class="json-row">
        {name !== undefined && <Name name={name} />}
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch {...(name !== undefined && { name })} value={value} depth={depth} />;
}

function Branch({ name, value, depth }: { name?: string; value: object; depth: number }) {
  const [shown, setShown] = useState(step);
  const [isOpen, setOpen] = useState(depth > 0);
  const entries = entriesOf(value);
  return (
    <details class="json-branch" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {name !== undefined && <Name name={name} />}
        <span class="json-summary">{summaryOf(value)}</span>
      </summary>
      {isOpen && (
        <div class="json-children">
          {entries.slice(0, shown).map(([key, child]) => (
            <Node key={key} name={key} value={child} depth={depth - 1} />
          ))}
          {entries.length > shown && (
            <button type="button" class="link" onClick={() => setShown(shown + step)}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </details>
  );
}

const Name = ({ name }: { name: string }) => (
  <>
    <span class="json-name">
      <Plain text={name} />
    </span>
    <span class="json-colon">: </span>
  </>
);

function Leaf({ value }: { value: unknown }) {
  if (value === "[redacted]") return <span class="json-redacted">[redacted]</span>;
  const kind = value === null ? "null" : typeof value;
  return (
    <span class={`json-${kind}`}>
      <Clipped text={JSON.stringify(value) ?? "undefined"} />
    </span>
  );
}

function Clipped({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (isWhole || text.length <= shownText) return <Plain text={text} />;
  return (
    <>
      <Plain text={text.slice(0, shownText)} />…{" "}
      <button type="button" class="link" onClick={() => setWhole(true)}>
        Show all {count(text.length)} characters
      </button>
    </>
  );
}
