import { createHash } from "node:crypto";

/** The look of the page: that of the dashboard (`dashboard/src/styles/tokens.css`), in one small sheet, as the page loads nothing. */
export const style = `
:root{color-scheme:light dark;--canvas:light-dark(#f1f1ee,#0e1012);--surface:light-dark(#fff,#15181b);--sunken:light-dark(#f7f7f5,#111416);
--line:light-dark(#e4e4df,#262b30);--line-strong:light-dark(#cfcfc8,#3a4148);--ink:light-dark(#16191d,#e9ebec);--ink-2:light-dark(#4a5057,#b6bcc2);
--ink-3:light-dark(#666c74,#8f979f);--accent:light-dark(#0b626a,#5cc0c7);--accent-ink:light-dark(#fff,#06181a);--accent-2:light-dark(#094f56,#7bd0d6);
--focus:light-dark(#0b7a85,#5cc0c7);--good:light-dark(#1b7040,#69c98f);--good-soft:light-dark(#e2f2e7,#14291d);--warn:light-dark(#855300,#e7b356);
--warn-soft:light-dark(#fcf0d8,#2e2412);--calm:light-dark(#5c6269,#a0a7ae);--calm-soft:light-dark(#ececea,#22262a)}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;padding:clamp(16px,6vh,72px) 16px 24px;
background:var(--canvas);color:var(--ink);font:16px/1.5 Inter,"SF Pro Text","Segoe UI Variable Text","Segoe UI",system-ui,-apple-system,Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:520px;background:var(--surface);border:1px solid var(--line);border-radius:14px;overflow:hidden;
box-shadow:0 1px 2px light-dark(rgb(20 24 28/6%),rgb(0 0 0/40%)),0 12px 32px light-dark(rgb(20 24 28/9%),rgb(0 0 0/45%))}
header{display:flex;align-items:center;gap:8px;padding:14px 24px;border-bottom:1px solid var(--line);font-size:14px;color:var(--ink-2)}
header svg{flex:none;width:20px;height:20px}
header b{font-weight:600;color:var(--ink)}
header span{margin-left:auto;padding:1px 9px;border-radius:99px;background:var(--calm-soft);color:var(--calm);font-size:12.5px;font-weight:550}
.body{padding:24px}
h1{margin:0;font-size:23px;line-height:1.3;letter-spacing:-.011em;font-weight:650;text-wrap:balance}
.sub{margin:6px 0 0;color:var(--ink-2);font-size:15px}
dl{margin:20px 0 0;border:1px solid var(--line);border-radius:10px;background:var(--sunken)}
dl div{display:flex;justify-content:space-between;gap:16px;padding:10px 14px}
dl div+div{border-top:1px solid var(--line)}
dt{flex:none;max-width:45%;color:var(--ink-2);font-size:15px}
dd{margin:0;text-align:right;font-weight:550;font-variant-numeric:tabular-nums}
dl div.alone dd{text-align:left;font-weight:450}
form{margin:0}
label{display:block;margin:20px 0 6px;font-size:15px;font-weight:550}
label small{font-size:14px;font-weight:400;color:var(--ink-3)}
textarea{display:block;width:100%;min-height:76px;padding:10px 12px;border:1px solid var(--line-strong);border-radius:9px;background:var(--surface);color:inherit;font:inherit;resize:vertical}
.choices{display:flex;flex-wrap:wrap;gap:10px;margin-top:16px}
button{flex:1 1 132px;min-height:48px;padding:10px 18px;border:1px solid var(--line-strong);border-radius:10px;background:var(--surface);color:var(--ink);font:inherit;font-weight:600;cursor:pointer}
button:hover{border-color:var(--ink-3);background:var(--sunken)}
button.first{border-color:var(--accent);background:var(--accent);color:var(--accent-ink)}
button.first:hover{border-color:var(--accent-2);background:var(--accent-2)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.until{margin:18px 0 0;font-size:14px;color:var(--ink-3)}
.mark{display:flex;align-items:center;justify-content:center;width:44px;height:44px;margin-bottom:16px;border-radius:99px;background:var(--calm-soft);color:var(--calm)}
.mark.good{background:var(--good-soft);color:var(--good)}
.mark.warn{background:var(--warn-soft);color:var(--warn)}
.mark svg{width:24px;height:24px}
blockquote{margin:18px 0 0;padding:2px 0 2px 14px;border-left:3px solid var(--line-strong);color:var(--ink-2);white-space:pre-wrap}
footer{margin-top:18px;font-size:13px;color:var(--ink-3);text-align:center}
@media (max-width:480px){.body{padding:20px}header{padding:12px 20px}h1{font-size:21px}button{flex-basis:100%}dl div{gap:12px}}
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** The page has one style, and neither scripts nor anything that is loaded. Its form goes where it came from. */
export const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
