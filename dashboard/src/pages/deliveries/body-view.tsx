import { useState } from "preact/hooks";
import { CopyButton } from "../../ui/copy-button.tsx";
import { count } from "../../ui/format.ts";
import { Plain } from "../../ui/plain.tsx";

/** How many characters are shown before one asks for the rest. */
const shownText = 4_000;

/** A text as it was sent or answered, to read and to copy: clipped where it is long. */
export function BodyView({ text, copy = text, label }: { text: string; copy?: string; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const isClipped = !isWhole && text.length > shownText;
  return (
    <div class="body-view">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="body-text" tabIndex={0} aria-label={`${label}, as text`}>
        <pre>
          <Plain text={isClipped ? `${text.slice(0, shownText)}…` : text} />
        </pre>
        {isClipped && (
          <button type="button" class="link" onClick={() => setWhole(true)}>
            Show all {count(text.length)} characters
          </button>
        )}
      </section>
      <CopyButton text={copy} label={`Copy: ${label}`} />
    </div>
  );
}
