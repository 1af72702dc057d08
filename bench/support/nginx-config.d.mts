export function nginxConfiguration(parts: {
  readonly folder: string;
  readonly port: number;
  readonly main: string;
  readonly http: string;
  readonly server: string;
}): string;
