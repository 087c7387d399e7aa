import { Argument, type Command } from "commander";
import { type Act, line } from "../context.ts";
import { completionsOf } from "./completions-of.ts";
import { found, type Shell, scripts } from "./scripts.ts";

/** `completion`: for the shells that people have. The words are what a shell asks with. */
export function addCompletion(program: Command, act: Act): void {
  program
    .command("completion")
    .description("print what makes a shell complete commands and options")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .argument("[words...]", "print what the last of these words may become, as the shell asks for it")
    .addHelpText(
      "after",
      `
bash  eval "$(ductape-jobs completion bash)"       in ~/.bashrc
zsh   eval "$(ductape-jobs completion zsh)"        in ~/.zshrc, after compinit
fish  ductape-jobs completion fish | source        in ~/.config/fish/config.fish`,
    )
    .action(
      act(async (io, shell: Shell, words: string[]) => {
        const lines = words.length === 0 ? [scripts[shell]] : completionsOf(program, words).map(found[shell]);
        io.out.write(lines.map(line).join(""));
      }),
    );
}
