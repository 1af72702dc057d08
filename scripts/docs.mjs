// Writes docs/metrics.md from the catalogue of the built program: `npm run docs` after a change of families.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chains } from "../dist/chains/index.js";
import { createCatalogue } from "../dist/metrics/catalogue.js";
import { chainFamilies } from "../dist/metrics/chain-families.js";
import { metricsDocument } from "../dist/metrics/document.js";

const catalogue = createCatalogue(chainFamilies(Object.values(chains)));
writeFileSync(fileURLToPath(new URL("../docs/metrics.md", import.meta.url)), metricsDocument(catalogue));
