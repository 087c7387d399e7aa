import type { Completion } from "./completions-of.ts";

export type Shell = "bash" | "zsh" | "fish";

/** What each shell runs when it starts. It asks the program itself for what fits, so that it knows each version's commands. */
export const scripts: Record<Shell, string> = {
  bash: `_ductape_jobs() {
  local IFS=$'\\n'
  COMPREPLY=($(ductape-jobs completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _ductape_jobs ductape-jobs`,
  zsh: `_ductape_jobs() {
  local -a found
  found=("\${(@f)$(ductape-jobs completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then _describe 'ductape-jobs' found; else _files; fi
}
compdef _ductape_jobs ductape-jobs`,
  fish: `complete -c ductape-jobs -f -a '(ductape-jobs completion fish -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** A completion as each shell reads it. */
export const found: Record<Shell, (completion: Completion) => string> = {
  bash: ({ word }) => word,
  zsh: ({ word, description }) =>
    [word, description]
      .filter(Boolean)
      .map((text) => text.replaceAll(":", "\\:"))
      .join(":"),
  fish: ({ word, description }) => (description ? `${word}\t${description}` : word),
};
