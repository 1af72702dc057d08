import type { CompletedCommand, CompletedFlag, Values } from "./model.ts";

/**
 * Bash splits words at = and :, so a flag's value may come as three words: --flag, =, value. The script puts them together
 * first. It needs no bash-completion package.
 */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const [program] = commands;
  return `# bash completion of peer-exporter: source <(peer-exporter completion bash)
_peer_exporter() {
  local line word before command= config=() words=() i
  line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=\${words[\${#words[@]}-1]}
  before=\${words[\${#words[@]}-2]}
  COMPREPLY=()
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    case \${words[i]} in
      --config.file=* | --node=*) config+=("\${words[i]}") ;;
      --config.file | --node) config+=("\${words[i]}" "\${words[i + 1]}"); ((i++)) ;;
      ${patterns(program?.flags.filter(takesValue) ?? [])}) ((i++)) ;;
      -*) ;;
      *) [[ -z $command ]] && command=\${words[i]} ;;
    esac
  done
  if [[ $word == --*=* ]]; then
    before=\${word%%=*}
    word=\${word#*=}
  fi
  case "$command $before" in
${valueCases(commands)}
  esac
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
# Words of the program's own; what bash took for the beginning of the word is left out of the answer.
_peer_exporter_words() {
  local typed=\${COMP_WORDS[COMP_CWORD]} answer
  [[ $typed == [=:] ]] && typed=
  while IFS= read -r answer; do
    COMPREPLY+=("\${answer#"\${word%"$typed"}"}")
  done < <(compgen -W "$1" -- "$word")
}
complete -o default -F _peer_exporter peer-exporter
`;
}

function takesValue({ values }: CompletedFlag): boolean {
  return values !== undefined;
}

function patterns(flags: readonly CompletedFlag[]): string {
  return flags
    .map(({ long }) => long)
    .filter((long) => !["--config.file", "--node"].includes(long))
    .join(" | ");
}

/** One case for each flag, of those commands where its values differ from the first one's a case before it. */
function valueCases(commands: readonly CompletedCommand[]): string {
  const shared = new Map<string, string>();
  const own: string[] = [];
  for (const { name, flags } of commands) {
    for (const { long, short, values } of flags) {
      if (values === undefined) continue;
      const answers = answer(values);
      const first = shared.get(long);
      if (first === undefined) shared.set(long, answers);
      else if (first !== answers) own.push(`    "${name} ${long}") ${answers}; return ;;`);
      if (short !== undefined) own.push(`    "${name} ${short}") ${answers}; return ;;`);
    }
  }
  const others = [...shared].map(([long, answers]) => `    *" ${long}") ${answers}; return ;;`);
  return [...own, ...others].join("\n");
}

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const pattern = name === "" ? '""' : name;
  const longs = flags.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])).join(" ");
  return `    ${pattern}) if [[ $word == -* ]]; then _peer_exporter_words "${longs}"; else ${answer(argument)}; fi ;;`;
}

/** A file is what bash offers by itself where the script offers nothing. */
function answer(values: Values): string {
  switch (values.kind) {
    case "words":
      return `_peer_exporter_words "${values.words.join(" ")}"`;
    case "node":
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the shell
      return '_peer_exporter_words "$("${words[0]}" node-names "${config[@]}" 2>/dev/null)"';
    case "file":
      return ":";
    default:
      return "compopt +o default 2>/dev/null";
  }
}
