import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { toast } from "./toast-store.ts";

const confirmedMs = 1_500;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), confirmedMs);
    } catch {
      toast("The browser does not allow copying here. Select the text instead.", "bad");
    }
  };
  return (
    <Button
      tone="quiet"
      icon={copied ? "check" : "copy"}
      aria-label={copied ? "Copied" : label}
      title={label}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void copy();
      }}
    />
  );
}

/** An id in full, to select and to copy. */
export const CopyText = ({ text, label }: { text: string; label: string }) => (
  <span class="copy-text">
    <code>{text}</code>
    <CopyButton text={text} label={label} />
  </span>
);
