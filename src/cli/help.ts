import { EXIT_DEFECT } from "../logging/crash-handler.ts";

export const EXIT_USAGE = 2;

export const SEE_HELP = "(see peer-exporter --help)";

export const EXAMPLES = `
Examples:
  peer-exporter --config.file=config.yaml
  peer-exporter --node monero-1=monero+http://127.0.0.1:18081
  peer-exporter discover 192.0.2.7
  peer-exporter check --connect --config.file=config.yaml
  peer-exporter peers monero-1 --config.file=config.yaml --sort=since
  peer-exporter --config.file=config.yaml --shard 0/3
  peer-exporter demo

Exit codes: 0 success, 1 bad configuration, failure to start, or a node that
is down (check --connect, peers, probe; discover: none found), 2 wrong usage,
${EXIT_DEFECT} ended by a defect of the program, 130 and 143 by SIGINT and SIGTERM
before the work was done. docs/cli.md has all commands.`;
