import { brief, type CompletedCommand, type CompletedFlag, type Values } from "./model.ts";

export function fishScript(commands: readonly CompletedCommand[]): string {
  const [program, ...others] = commands;
  const names = others.map(({ name }) => name).join(" ");
  const lines = [
    ...(program?.flags ?? []).map((flag) => flagLine(flag, `not __fish_seen_subcommand_from ${names}`)),
    ...others.flatMap((command) => commandLines(command, names)),
  ];
  return `# fish completion of peer-exporter: peer-exporter completion fish | source
function __peer_exporter_nodes
    set -l tokens (commandline -opc)
    set -l config
    for i in (seq 2 (count $tokens))
        switch $tokens[$i]
            case '--config.file=*' '--node=*'
                set -a config $tokens[$i]
            case --config.file --node
                set -a config $tokens[$i] $tokens[(math $i + 1)]
        end
    end
    $tokens[1] node-names $config 2>/dev/null
end
complete -c peer-exporter -f
${lines.join("\n")}
`;
}

function commandLines({ name, description, flags, argument }: CompletedCommand, names: string): readonly string[] {
  const isThis = `__fish_seen_subcommand_from ${name}`;
  const offer = `complete -c peer-exporter -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quote(brief(description))}`;
  const values = words(argument);
  return [
    offer,
    ...flags.map((flag) => flagLine(flag, isThis)),
    ...(values === undefined ? [] : [`complete -c peer-exporter -n '${isThis}' -a ${quote(values)}`]),
  ];
}

function flagLine({ long, short, description, values }: CompletedFlag, condition: string): string {
  const parts = [
    `complete -c peer-exporter -n '${condition}' -l ${long.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(values === undefined ? [] : [values.kind === "file" ? "-r -F" : "-x"]),
    ...(values === undefined || words(values) === undefined ? [] : [`-a ${quote(words(values) ?? "")}`]),
    `-d ${quote(brief(description))}`,
  ];
  return parts.join(" ");
}

function words(values: Values): string | undefined {
  if (values.kind === "node") return "(__peer_exporter_nodes)";
  return values.kind === "words" ? values.words.join(" ") : undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
