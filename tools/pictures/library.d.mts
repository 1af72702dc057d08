import type { Grafana } from "./views.mjs";

export function loadGrafana(): Promise<Grafana>;
