import { useEffect, useRef } from "preact/hooks";
import { plural } from "../../ui/format.ts";
import { safeMail } from "./mail.ts";

const before = `<!doctype html><html lang="en"><head><title>Mail</title></head><body>`;
const base = "body{margin:16px;font:14px/1.5 system-ui,sans-serif;color:#16191d;background:#fff}img{max-width:100%}";
const tallest = 900;
const shortest = 80;
const margin = 18;

/** A mail as its receiver sees it, in a frame that runs no scripts and calls nobody. */
export function MailFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const mail = safeMail(html);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const show = () => dress(element, mail.css);
    element.addEventListener("load", show);
    element.srcdoc = `${before}${mail.html}</body></html>`;
    return () => element.removeEventListener("load", show);
  }, [html]);
  return (
    <>
      {/* Same origin, so that this page may set its styles; without scripts, so that the mail cannot use it. Its links open elsewhere. */}
      <iframe
        ref={frame}
        class="mail-frame"
        title={title}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      />
      {mail.images > 0 && (
        <p class="field-note">
          {plural(mail.images, "image")} from elsewhere not loaded: this page calls no other server.
        </p>
      )}
    </>
  );
}

/** Gives the mail its styles by the CSSOM, which the CSP allows, and the frame its height. */
function dress(frame: HTMLIFrameElement, css: readonly string[]): void {
  const { contentDocument: inner, contentWindow } = frame;
  if (!inner || !contentWindow) return;
  const { CSSStyleSheet } = contentWindow as unknown as typeof globalThis;
  inner.adoptedStyleSheets = [base, ...css].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text.replace(/@import[^;]*;/gi, ""));
    return sheet;
  });
  for (const element of inner.querySelectorAll<HTMLElement>("[data-style]")) {
    element.style.cssText = element.dataset.style ?? "";
  }
  for (const link of inner.links) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  const { bottom } = inner.body.getBoundingClientRect();
  frame.style.height = `${Math.min(tallest, Math.max(shortest, bottom + margin))}px`;
}
