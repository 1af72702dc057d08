import type { Assets } from "../../documents/assets.ts";
import { documentUrl } from "../../documents/pointers.ts";
import { type Markup, markup } from "./markup.ts";

/** The page of the dashboards for Grafana. */
export function dashboardsPage(assets: Assets, linkPrefix: string): Markup {
  const grafana = (anchor?: string) => documentUrl(linkPrefix, "grafana", anchor);
  return markup`<h1>Dashboards</h1>
<p>For Grafana 10 and newer: <a href="${documentUrl(linkPrefix, "dashboards")}">what they show</a>. To <a href="${grafana("import")}">import</a> one, choose <em>Dashboards</em>, <em>New</em>, <em>Import</em> in Grafana and then the file; Grafana asks for the data source. The other form is for files that Grafana reads by itself (<a href="${grafana("provisioning")}">provisioning</a>).</p>
<ul class="tiles">
${assets.dashboards().map((name) => tile(name, assets, linkPrefix))}</ul>`;
}

function tile(name: string, assets: Assets, linkPrefix: string): Markup {
  return markup`<li><h2>${assets.title(name)}</h2>
<p>${assets.description(name)}</p>
<p class="actions">${downloads(name).map(({ href, text }) => markup`<a class="button" href="${linkPrefix}${href}" aria-label="${text}: ${assets.title(name)}" download>${text}</a>`)}</p></li>
`;
}

type Download = { readonly href: string; readonly text: string };

/** The files of a dashboard, that for a person first. Both have the same name, so that the browser saves either under it. */
function downloads(name: string): readonly Download[] {
  return [
    { href: `/dashboards/import/${name}.json`, text: "To import" },
    { href: `/dashboards/${name}.json`, text: "To provision" },
  ];
}
