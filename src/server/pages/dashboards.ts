import type { Assets } from "../../documents/assets.ts";
import { documentUrl } from "../../documents/pointers.ts";
import { type Markup, markup } from "./markup.ts";

/** The page of the dashboards for Grafana. */
export function dashboardsPage(assets: Assets, linkPrefix: string): Markup {
  const grafana = (anchor?: string) => documentUrl(linkPrefix, "grafana", anchor);
  return markup`<h1>Dashboards</h1>
<p>For Grafana 10 and newer. In Grafana: <em>Dashboards</em>, <em>New</em>, <em>Import</em>, then the file to import; it asks for the data source. <a href="${grafana("import")}">How to import them</a>, <a href="${grafana("provisioning")}">how to provision them</a>, <a href="${documentUrl(linkPrefix, "dashboards")}">what they show</a>.</p>
<ul class="tiles">
${assets.dashboards().map((name) => tile(name, assets, linkPrefix))}</ul>`;
}

function tile(name: string, assets: Assets, linkPrefix: string): Markup {
  return markup`<li><h2>${assets.title(name)}</h2>
<p>${assets.description(name)}</p>
<p class="actions">${downloads(name).map(({ href, text }) => markup`<a class="button" href="${linkPrefix}${href}" download>${text}</a>`)}</p></li>
`;
}

type Download = { readonly href: string; readonly text: string };

/** The files of a dashboard. Both have the same name, so that the browser saves either under it. */
function downloads(name: string): readonly Download[] {
  return [
    { href: `/dashboards/import/${name}.json`, text: "To import" },
    { href: `/dashboards/${name}.json`, text: "To provision" },
  ];
}
