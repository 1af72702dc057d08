import { brief, type CompletedCommand, type CompletedFlag, type Values } from "./model.ts";

export function zshScript(commands: readonly CompletedCommand[]): string {
  const [program, ...others] = commands;
  return `#compdef peer-exporter
# zsh completion of peer-exporter: source <(peer-exporter completion zsh), or save it as _peer-exporter in a folder of $fpath
_peer-exporter_nodes() {
  local -a config names
  local i
  for ((i = 2; i < $#words; i++)); do
    case $words[i] in
      --config.file=*|--node=*) config+=("$words[i]") ;;
      --config.file|--node) config+=("$words[i]" "$words[i+1]") ;;
    esac
  done
  names=(\${(f)"$(_call_program nodes $service node-names \${(q)config} 2>/dev/null)"})
  compadd -a names
}
_peer-exporter() {
  local curcontext="$curcontext" state line service=$words[1]
  typeset -A opt_args
  _arguments -C -A "-*" \\
${(program?.flags ?? []).map((flag) => `    ${flagSpec(flag)} \\`).join("\n")}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${others.map(({ name, description }) => `        ${quote(`${name}:${brief(description)}`)}`).join("\n")}
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
${others.map(commandCase).join("\n")}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _peer-exporter ]]; then
  _peer-exporter "$@"
else
  compdef _peer-exporter peer-exporter
fi
`;
}

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...(argument.kind === "nothing" ? [] : [quote(`1: :${action(argument)}`)]),
  ];
  return `        ${name}) _arguments ${specs.join(" ")} ;;`;
}

/** Short flags take their value as the next word. */
function flagSpecs(flag: CompletedFlag): readonly string[] {
  const { short, description, values } = flag;
  if (short === undefined || values === undefined) return [flagSpec(flag)];
  return [flagSpec(flag), quote(`*${short}[${brief(description).replace(/[[\]]/g, "")}]: :${action(values)}`)];
}

function flagSpec({ long, description, values }: CompletedFlag): string {
  const text = brief(description).replace(/[[\]]/g, "");
  if (values === undefined) return quote(`${long}[${text}]`);
  return quote(`*${long}=[${text}]: :${action(values)}`);
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
      return `(${values.words.join(" ")})`;
    case "file":
      return "_files";
    case "node":
      return "_peer-exporter_nodes";
    default:
      return " ";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
